metadata description = 'Where telemetry goes, and who is told: workspace, component, action group. Ingestion needs the identity, not a key.'

@description('Common end of the names.')
param suffix string
param location string
param tags object

@description('Days for which telemetry is kept; the first 31 (tables of Application Insights: 90) cost nothing.')
@minValue(31)
@maxValue(730)
param retentionDays int

@description('Gigabytes a day after which ingestion stops until the next day; -1: never.')
param dailyCapGb int

@description('Who is told by mail when an alert fires; without anybody the alerts are only shown.')
param alertMails array

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-${suffix}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
    workspaceCapping: { dailyQuotaGb: dailyCapGb }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${suffix}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    WorkspaceResourceId: workspace.id
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'lockstep'
    emailReceivers: [
      for (mail, place) in alertMails: {
        name: 'mail-${place}'
        emailAddress: mail
        useCommonAlertSchema: true
      }
    ]
  }
}

output workspaceId string = workspace.id
output componentId string = component.id
output componentName string = component.name
output connectionString string = component.properties.ConnectionString
output actionGroupId string = actionGroup.id
