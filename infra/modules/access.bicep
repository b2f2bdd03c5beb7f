metadata description = 'Every right that the identity has in this subscription. What it may do in Exchange is granted apart, see infra/tenant.'

@description('Object id of the identity.')
param principalId string
param storageName string
param namespaceName string
param queueName string
param componentName string

@description('Ids of the built-in roles; they are the same in every cloud.')
var roles = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'Azure Service Bus Data Sender': '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  'Azure Service Bus Data Receiver': '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
}

// A right: a built-in role, the one thing on which it is given, and what would fail without it.
type grant = {
  role: 'Storage Blob Data Owner' | 'Storage Table Data Contributor' | 'Azure Service Bus Data Sender' | 'Azure Service Bus Data Receiver' | 'Monitoring Metrics Publisher'
  on: 'storage' | 'queue' | 'component'
  reason: string
}

@description('The rights, each with its reason. Nothing is granted on the resource group or above.')
param grants grant[] = [
  {
    role: 'Storage Blob Data Owner'
    on: 'storage'
    reason: 'The host keeps leases, function keys and the last runs of timers in containers that it makes, and reads the package.'
  }
  {
    role: 'Storage Table Data Contributor'
    on: 'storage'
    reason: 'Ledgers, resources, keys and the built-in platform are tables; an update of the app may add one.'
  }
  {
    role: 'Azure Service Bus Data Sender'
    on: 'queue'
    reason: 'The notification endpoint, the timers and the runs themselves send wake-ups.'
  }
  {
    role: 'Azure Service Bus Data Receiver'
    on: 'queue'
    reason: 'The trigger receives wake-ups, renews their sessions, and looks at how many wait in order to scale.'
  }
  {
    role: 'Monitoring Metrics Publisher'
    on: 'component'
    reason: 'Telemetry is taken from an identity only, because keys are switched off.'
  }
]

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = {
  parent: namespace
  name: queueName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource onStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in filter(grants, each => each.on == 'storage'): {
    scope: storage
    name: guid(storage.id, principalId, roles[each.role])
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[each.role])
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: each.reason
    }
  }
]

resource onQueue 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in filter(grants, each => each.on == 'queue'): {
    scope: queue
    name: guid(queue.id, principalId, roles[each.role])
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[each.role])
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: each.reason
    }
  }
]

resource onComponent 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in filter(grants, each => each.on == 'component'): {
    scope: component
    name: guid(component.id, principalId, roles[each.role])
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[each.role])
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: each.reason
    }
  }
]
