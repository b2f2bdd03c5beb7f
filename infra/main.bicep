metadata description = 'Lockstep in one resource group. What each part is for stands in its module; what each number is for, in main.bicepparam.'

targetScope = 'subscription'

// Names and place.

@description('Name of the azd environment; it ends the names of the resource group and, hashed, of everything in it.')
@minLength(1)
@maxLength(40)
param environmentName string
param location string

@description('Tags for everything, for example a cost centre.')
param tags object = {}

@description('Which Microsoft cloud: decides where Graph is and who signs in to it.')
@allowed(['public', 'us-government', 'us-government-dod', 'china'])
param cloud string = 'public'

// The product.

@description('The tenant whose rooms are kept in lockstep, where it is one.')
param tenantId string = tenant().tenantId

@description('Client id of the registration that infra/tenant/sign-in.ps1 makes: people and programs sign in, keys open nothing.')
@minLength(36)
@maxLength(36)
param signInApplication string

@description('Several tenants, as docs/people-and-tenants.md describes them; then the settings of one tenant are not used.')
param tenants array = []

@description('Multi-tenant application that reaches the mailboxes of a tenant which is not the subscription\'s own.')
param graphApplication string = ''

@description('Mailbox from which mails of Lockstep\'s own are sent; empty: none are.')
param mailFrom string = ''

@description('Follow the tenant\'s users: bookers by any of their addresses, and those who leave.')
param followPeople bool = false

@description('Most resources that may be linked: a number, or users+ and a number; empty: no limit.')
param ceiling string = ''

@description('Days for which decisions and acts of people are kept, from 30 to 3660.')
param keptDays string = '400'

@description('In which language people are written to whose own is not known; empty: English.')
@allowed(['', 'en', 'de', 'fr'])
param language string = ''

@description('Mailbox of the linked test room on which canaries fly; empty: none do.')
param canary string = ''

@description('Public base URL, where a domain of its own stands before the app.')
param publicUrl string = ''

@description('More app settings, for example references to a key vault.')
@secure()
param moreSettings object = {}

// Size and shape.

param pythonVersion string
param instanceMemoryMB int
param maximumInstanceCount int
param alwaysReadyHttp int
param alwaysReadyReconcile int
param httpConcurrency int

@description('Spread over three zones: storage in three copies, and two instances of each group that never sleep.')
param zoneRedundant bool = false

@description('Reach storage and queue through private endpoints alone. Notifications still come in: the app stays public.')
param privateNetworking bool = false
param addressRange string

// Watching.

param retentionDays int
param dailyCapGb int
param keepDeletedDays int

@description('Percent of the quiet traces that are kept; what failed or waits always is.')
@minValue(0)
@maxValue(100)
param tracesKept int

@description('What lapses and cannot say so itself, as docs/telemetry.md describes it.')
param lapses array = []

@description('Origins, with spaces between them, whose pages may frame the booking page and the door: https://intranet.example.com')
param framedBy string = ''

@description('Public holidays of each building, by its name: a region such as CH-ZH, or a list of days; * for every other building.')
param holidays object = {}

@description('Who is told by mail when an alert fires.')
param alertMails array = []

@description('Where docs/runbooks can be read at night; each alert names its page below it.')
param runbooksUrl string = 'docs/runbooks'

var suffix = 'lockstep-${uniqueString(subscription().id, environmentName, location)}'
var allTags = union(tags, { 'azd-env-name': environmentName })
var queueName = 'wakeups'
var ofOneTenant = empty(tenants)
var serviceBusZone = {
  public: 'privatelink.servicebus.windows.net'
  'us-government': 'privatelink.servicebus.usgovcloudapi.net'
  'us-government-dod': 'privatelink.servicebus.usgovcloudapi.net'
  china: 'privatelink.servicebus.chinacloudapi.cn'
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-lockstep-${environmentName}'
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: 'id-${suffix}', location: location, tags: allTags }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'st${replace(suffix, '-', '')}'
    location: location
    tags: allTags
    zoneRedundant: zoneRedundant
    isPrivate: privateNetworking
    keepDeletedDays: keepDeletedDays
  }
}

module serviceBus 'modules/servicebus.bicep' = {
  scope: group
  params: { name: 'sb-${suffix}', location: location, tags: allTags, isPrivate: privateNetworking }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    suffix: suffix
    location: location
    tags: allTags
    retentionDays: retentionDays
    dailyCapGb: dailyCapGb
    alertMails: alertMails
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    suffix: suffix
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: monitoring.outputs.actionGroupId
    serviceBusId: serviceBus.outputs.id
    runbooksUrl: runbooksUrl
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    serviceBusId: serviceBus.outputs.id
  }
}

module access 'modules/access.bicep' = {
  scope: group
  params: {
    principalId: identity.outputs.principalId
    storageName: storage.outputs.name
    namespaceName: serviceBus.outputs.name
    queueName: queueName
    componentName: monitoring.outputs.componentName
  }
}

module network 'modules/networking.bicep' = if (privateNetworking) {
  scope: group
  params: { suffix: suffix, location: location, tags: allTags, addressRange: addressRange }
}

module blobEndpoint 'modules/private-endpoint.bicep' = if (privateNetworking) {
  scope: group
  params: {
    name: 'pe-blob-${suffix}'
    location: location
    tags: allTags
    targetId: storage.outputs.id
    part: 'blob'
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
    networkId: network!.outputs.networkId
    subnetId: network!.outputs.endpointsSubnetId
  }
}

module tableEndpoint 'modules/private-endpoint.bicep' = if (privateNetworking) {
  scope: group
  params: {
    name: 'pe-table-${suffix}'
    location: location
    tags: allTags
    targetId: storage.outputs.id
    part: 'table'
    zoneName: 'privatelink.table.${environment().suffixes.storage}'
    networkId: network!.outputs.networkId
    subnetId: network!.outputs.endpointsSubnetId
  }
}

module queueEndpoint 'modules/private-endpoint.bicep' = if (privateNetworking) {
  scope: group
  params: {
    name: 'pe-servicebus-${suffix}'
    location: location
    tags: allTags
    targetId: serviceBus.outputs.id
    part: 'namespace'
    zoneName: serviceBusZone[cloud]
    networkId: network!.outputs.networkId
    subnetId: network!.outputs.endpointsSubnetId
  }
}

module functionApp 'modules/functionapp.bicep' = {
  scope: group
  // Without its rights the app's first start fails: the host finds no storage.
  dependsOn: [access, blobEndpoint, tableEndpoint, queueEndpoint]
  params: {
    suffix: suffix
    location: location
    tags: allTags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    tableEndpoint: storage.outputs.tableEndpoint
    packagesUrl: storage.outputs.packagesUrl
    serviceBusHost: serviceBus.outputs.host
    queueName: queueName
    telemetryConnection: monitoring.outputs.connectionString
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    zoneRedundant: zoneRedundant
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: zoneRedundant ? max(2, alwaysReadyHttp) : alwaysReadyHttp
    alwaysReadyReconcile: zoneRedundant ? max(2, alwaysReadyReconcile) : alwaysReadyReconcile
    httpConcurrency: httpConcurrency
    publicUrl: publicUrl
    signInApplication: signInApplication
    signInTenant: tenant().tenantId
    productSettings: union(
      {
        LOCKSTEP_CLOUD: cloud
        LOCKSTEP_TENANT: ofOneTenant ? tenantId : ''
        LOCKSTEP_TENANTS: ofOneTenant ? '' : string(tenants)
        LOCKSTEP_GRAPH_APPLICATION: ofOneTenant ? graphApplication : ''
        LOCKSTEP_MAIL_FROM: ofOneTenant ? mailFrom : ''
        LOCKSTEP_FOLLOW_PEOPLE: ofOneTenant && followPeople ? 'true' : ''
        LOCKSTEP_CEILING: ofOneTenant ? ceiling : ''
        LOCKSTEP_KEPT_DAYS: ofOneTenant ? keptDays : ''
        LOCKSTEP_CANARY: ofOneTenant ? canary : ''
        LOCKSTEP_LANGUAGE: ofOneTenant ? language : ''
      },
      { LOCKSTEP_TRACES_KEPT: string(tracesKept), LOCKSTEP_LAPSES: empty(lapses) ? '' : string(lapses) },
      { LOCKSTEP_FRAMED_BY: framedBy },
      { LOCKSTEP_HOLIDAYS: empty(holidays) ? '' : string(holidays) },
      moreSettings
    )
  }
}

// azd keeps these as values of its environment.
output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output LOCKSTEP_URL string = functionApp.outputs.url
output LOCKSTEP_SCOPE string = 'api://${signInApplication}/.default'
output LOCKSTEP_FUNCTION_APP string = functionApp.outputs.name
output LOCKSTEP_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output LOCKSTEP_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output LOCKSTEP_SERVICE_BUS string = serviceBus.outputs.name
output LOCKSTEP_STORAGE string = storage.outputs.name
