metadata description = 'What wakes an operator. One cause is one alert; each clears by itself, and each has a page in docs/runbooks.'

@description('Common end of the names.')
param suffix string
param location string
param tags object
param workspaceId string
param actionGroupId string

@description('The namespace of the queue, for what only Azure itself counts.')
param serviceBusId string

@description('Where the runbooks can be read; each alert names its page below it.')
param runbooksUrl string

@description('Names of alerts that are not wanted.')
param alertsOff array = []

// Severity, wording and limits of each alert stand in one table, beside the queries. Each costs about USD 1.00 a month
// where it is asked every 10 minutes, 0.50 at 15 and more: what stands for hours is asked seldom. One rule for all troubles
// would save some USD 5; its text could not say what people at the doors notice, nor whether anybody must act tonight.
var alerts = loadJsonContent('../alerts/alerts.json')
var queries = {
  troubled: loadTextContent('../alerts/troubled.kql')
  failing: loadTextContent('../alerts/failing.kql')
  silent: loadTextContent('../alerts/silent.kql')
  slow: loadTextContent('../alerts/slow.kql')
  lapses: loadTextContent('../alerts/lapses.kql')
  canary: loadTextContent('../alerts/canary.kql')
}
// What a drill puts where the alert names its tenant or direction; one that counts what is missing cannot name any.
var drill = 'Where tenant or direction reads drill, this is only a drill (lockstep acts says whose).'
var deadLetters = filter(alerts, alert => alert.name == 'dead-letters')[0]

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in filter(alerts, alert => alert.query != '(metric)'): {
    name: 'alert-${alert.name}-${suffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Lockstep: ${alert.title}'
      description: 'At the doors: ${alert.notice} Tonight: ${alert.tonight} ${drill} Runbook: ${runbooksUrl}/${alert.name}.md'
      severity: alert.severity
      enabled: !contains(alertsOff, alert.name)
      scopes: [workspaceId]
      evaluationFrequency: 'PT${alert.everyMinutes}M'
      windowSize: 'PT${alert.windowMinutes}M'
      criteria: {
        allOf: [
          {
            query: replace(queries[alert.query], 'TROUBLE', alert.trouble)
            // Without a measure rows are counted: one is too many, or for a sign of life none too few.
            timeAggregation: empty(alert.measure) ? 'Count' : 'Maximum'
            metricMeasureColumn: empty(alert.measure) ? null : alert.measure
            operator: alert.name == 'silent' ? 'LessThan' : 'GreaterThan'
            threshold: alert.name == 'silent' ? 1 : alert.above
            dimensions: map(alert.dimensions, name => { name: name, operator: 'Include', values: ['*'] })
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      // The tables that it asks are made by the first telemetry, after the first deployment.
      skipQueryValidation: true
      actions: {
        actionGroups: [actionGroupId]
        customProperties: {
          runbook: '${runbooksUrl}/${alert.name}.md'
          atTheDoors: alert.notice
          tonight: alert.tonight
        }
      }
    }
  }
]

resource givenUp 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-dead-letters-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: '${deadLetters.title}. At the doors: ${deadLetters.notice} Tonight: ${deadLetters.tonight} Runbook: ${runbooksUrl}/dead-letters.md'
    severity: deadLetters.severity
    enabled: !contains(alertsOff, 'dead-letters')
    scopes: [serviceBusId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead letters'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: [{ actionGroupId: actionGroupId }]
  }
}
