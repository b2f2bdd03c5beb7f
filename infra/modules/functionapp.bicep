metadata description = 'The app on Flex Consumption, and every setting that it reads. Its name is public, because Graph calls it; nothing else is.'

@description('Common end of the names.')
param suffix string
param location string
param tags object

param identityId string
param identityClientId string
param blobEndpoint string
param queueEndpoint string
param tableEndpoint string
param packagesUrl string
param serviceBusHost string
param queueName string
param telemetryConnection string

@description('Id of the subnet through which the app goes out; empty: through the open network.')
param subnetId string
param zoneRedundant bool
param pythonVersion string
param instanceMemoryMB int
param maximumInstanceCount int

@description('Instances that never sleep: for what Graph and people call, and for the runs.')
param alwaysReadyHttp int
param alwaysReadyReconcile int

@description('Notifications that one instance takes at the same time.')
param httpConcurrency int

@description('Client id of the registration in Entra under which people and programs sign in, and the tenant that it is in.')
param signInApplication string
param signInTenant string

@description('Settings of the product (LOCKSTEP_…), beside those that follow from the resources.')
param productSettings object

@description('Public base URL, where a domain of its own stands before the app; empty: the app\'s own.')
param publicUrl string

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${suffix}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: 'func-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'python', version: pythonVersion }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        // Every trigger that is not HTTP scales by itself, under the name of its function.
        alwaysReady: [
          { name: 'http', instanceCount: alwaysReadyHttp }
          { name: 'function:reconcile', instanceCount: alwaysReadyReconcile }
        ]
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    {
      AzureWebJobsStorage__blobServiceUri: blobEndpoint
      AzureWebJobsStorage__queueServiceUri: queueEndpoint
      AzureWebJobsStorage__tableServiceUri: tableEndpoint
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identityClientId
      ServiceBus__fullyQualifiedNamespace: serviceBusHost
      ServiceBus__credential: 'managedidentity'
      ServiceBus__clientId: identityClientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: telemetryConnection
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      AZURE_CLIENT_ID: identityClientId
      OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId
      LOCKSTEP_TABLES__endpoint: tableEndpoint
      LOCKSTEP_QUEUE: queueName
      LOCKSTEP_SIGN_IN: signInApplication
      LOCKSTEP_NOTIFICATION_URL: empty(publicUrl) ? 'https://${app.properties.defaultHostName}' : publicUrl
      // Each minute the resources are woken whose second has come: every one of them once an hour.
      LOCKSTEP_SWEEP_SCHEDULE: '0 * * * * *'
      // Proof reads and re-bases are spread over night and week; five minutes late is on time.
      LOCKSTEP_READS_SCHEDULE: '30 */5 * * * *'
      // A subscription is renewed with days to spare; a lost one is found within this time.
      LOCKSTEP_RENEW_SCHEDULE: '45 */15 * * * *'
    },
    productSettings
  )
}

// Whoever has no token passes, because Graph and the holders of signed links have none: the app itself refuses all
// others (functions/caller.py). What the platform does is to check tokens, and to take away a header that claims one.
resource signIn 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'authsettingsV2'
  dependsOn: [settings]
  properties: {
    platform: { enabled: true, runtimeVersion: '~1' }
    globalValidation: { requireAuthentication: false, unauthenticatedClientAction: 'AllowAnonymous' }
    httpSettings: { requireHttps: true }
    login: { tokenStore: { enabled: false } }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        // In the place of a secret: the setting of this name makes the platform prove itself with the identity's own token.
        registration: {
          openIdIssuer: '${environment().authentication.loginEndpoint}${signInTenant}/v2.0'
          clientId: signInApplication
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
        }
        validation: { allowedAudiences: [signInApplication, 'api://${signInApplication}'] }
      }
    }
  }
}

resource noPasswordToDeploy 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

resource noPasswordToCopy 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
