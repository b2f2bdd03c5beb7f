metadata description = 'The queue of wake-ups, with sessions: one worker at a time for each resource. No key opens it.'

@description('Name of the namespace, unique in the cloud.')
@minLength(6)
@maxLength(50)
param name string
param location string
param tags object

@description('Reached through a private endpoint alone, which only the tier Premium has.')
param isPrivate bool

@description('The very file from which the embedded stack makes its queues.')
var queues = loadJsonContent('../queues.json')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  // Standard is the lowest tier with sessions.
  sku: isPrivate ? { name: 'Premium', tier: 'Premium', capacity: 1 } : { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for each in items(queues): {
    parent: namespace
    name: each.key
    properties: each.value
  }
]

output id string = namespace.id
output name string = namespace.name
// The endpoint is https://<host>:443/, in every cloud with that cloud's own suffix.
output host string = split(replace(namespace.properties.serviceBusEndpoint, 'https://', ''), ':')[0]
