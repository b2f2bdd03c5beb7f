metadata description = 'The page an operator looks at: is everything in step, and what is not. Its queries stand in infra/workbook, one a file.'

param location string
param tags object

@description('The workspace that the queries ask.')
param workspaceId string

@description('The namespace of the queue, whose depth Azure itself counts.')
param serviceBusId string

var questions = [
  { title: 'Is everything in step?', query: loadTextContent('../workbook/in-step.kql'), show: 'piechart' }
  { title: 'What is behind, and why?', query: loadTextContent('../workbook/behind.kql'), show: 'table' }
  { title: 'Latency against its objective', query: loadTextContent('../workbook/latency.kql'), show: 'timechart' }
  { title: 'Resources by age of truth', query: loadTextContent('../workbook/truth.kql'), show: 'piechart' }
  { title: 'Failures', query: loadTextContent('../workbook/failures.kql'), show: 'table' }
  { title: 'What waits: last look, held steps, open overlaps', query: loadTextContent('../workbook/last-look.kql'), show: 'timechart' }
  { title: 'What lapses, and in how many days', query: loadTextContent('../workbook/lapses.kql'), show: 'table' }
  { title: 'Decisions', query: loadTextContent('../workbook/decisions.kql'), show: 'table' }
  { title: 'Where the time goes', query: loadTextContent('../workbook/stages.kql'), show: 'table' }
  { title: 'How long wake-ups wait', query: loadTextContent('../workbook/queue.kql'), show: 'timechart' }
  { title: 'Requests to Graph, refusals and throttles', query: loadTextContent('../workbook/graph.kql'), show: 'timechart' }
  { title: 'Notifications', query: loadTextContent('../workbook/notifications.kql'), show: 'timechart' }
  { title: 'Subscriptions by the time to their expiry', query: loadTextContent('../workbook/subscriptions.kql'), show: 'table' }
  { title: 'How long a canary takes', query: loadTextContent('../workbook/canary.kql'), show: 'timechart' }
  { title: 'What a resource costs', query: loadTextContent('../workbook/cost.kql'), show: 'table' }
]
var timeRange = {
  type: 9
  name: 'time'
  content: {
    version: 'KqlParameterItem/1.0'
    parameters: [
      {
        version: 'KqlParameterItem/1.0'
        name: 'Range'
        label: 'Time'
        type: 4
        value: { durationMs: 86400000 }
        typeSettings: { selectableValues: [{ durationMs: 3600000 }, { durationMs: 86400000 }, { durationMs: 604800000 }] }
      }
    ]
  }
}
var answers = map(questions, question => {
  type: 3
  name: question.title
  content: {
    version: 'KqlItem/1.0'
    title: question.title
    query: question.query
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
    crossComponentResources: [workspaceId]
    timeContextFromParameter: 'Range'
    visualization: question.show
    size: 0
  }
})
var queueDepth = {
  type: 10
  name: 'queue depth'
  content: {
    version: 'MetricsItem/2.0'
    chartId: 'queue-depth'
    title: 'Wake-ups in the queue, and given up'
    chartType: 2
    resourceType: 'microsoft.servicebus/namespaces'
    resourceIds: [serviceBusId]
    timeContextFromParameter: 'Range'
    metrics: map(['ActiveMessages', 'ScheduledMessages', 'DeadletteredMessages'], name => {
      namespace: 'microsoft.servicebus/namespaces'
      metric: 'microsoft.servicebus/namespaces--${name}'
      aggregation: 3
    })
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'lockstep')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Lockstep'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: string({ version: 'Notebook/1.0', items: concat([timeRange], answers, [queueDepth]) })
  }
}
