using './main.bicep'

// Everything that `azd env set NAME VALUE` can change, and each number with the reason for it.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'lockstep')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param cloud = readEnvironmentVariable('LOCKSTEP_CLOUD', 'public')
param signInApplication = readEnvironmentVariable('LOCKSTEP_SIGN_IN', '')
param mailFrom = readEnvironmentVariable('LOCKSTEP_MAIL_FROM', '')
param followPeople = bool(readEnvironmentVariable('LOCKSTEP_FOLLOW_PEOPLE', 'false'))
param ceiling = readEnvironmentVariable('LOCKSTEP_CEILING', '')
// A year and a month: what was decided about a yearly booking is still told at the next one.
param keptDays = readEnvironmentVariable('LOCKSTEP_KEPT_DAYS', '400')
param framedBy = readEnvironmentVariable('LOCKSTEP_FRAMED_BY', '')
param language = readEnvironmentVariable('LOCKSTEP_LANGUAGE', '')
param canary = readEnvironmentVariable('LOCKSTEP_CANARY', '')
param publicUrl = readEnvironmentVariable('LOCKSTEP_PUBLIC_URL', '')
param zoneRedundant = bool(readEnvironmentVariable('LOCKSTEP_ZONE_REDUNDANT', 'false'))
param privateNetworking = bool(readEnvironmentVariable('LOCKSTEP_PRIVATE_NETWORKING', 'false'))

// Addresses, separated by commas.
param alertMails = empty(readEnvironmentVariable('LOCKSTEP_ALERT_MAILS', ''))
  ? []
  : split(readEnvironmentVariable('LOCKSTEP_ALERT_MAILS', ''), ',')

// Without an address an alert names the page's place in a checkout.
param runbooksUrl = readEnvironmentVariable('LOCKSTEP_RUNBOOKS_URL', 'docs/runbooks')

// Flex Consumption offers 3.10 to 3.12 for certain; Lockstep needs 3.11 or newer. See docs/verify-in-a-tenant.md for 3.13.
param pythonVersion = '3.12'

// 2,048 MB is one core, 512 MB a quarter of one. Graph allows 3 s for a notification's answer, and the imports before
// the first one take 0.7 s of a core when nothing is cached: too much for a quarter.
param instanceMemoryMB = 2048

// The smallest ceiling that Flex Consumption takes everywhere. One instance runs 64 resources at the same time.
param maximumInstanceCount = 40

// One each. A notification must not meet a cold start: Graph holds back all notifications of an endpoint of which one
// in ten answers takes over 3 s. And a booking is to be on the other side within a second, which a run started cold
// cannot do. With zones each becomes two, which the platform asks for.
param alwaysReadyHttp = 1
param alwaysReadyReconcile = 1

// A notification's answer waits for the queue, not for the processor; 16 at a time on one core leaves each well below
// Graph's 3 s, and the 17th brings another instance.
param httpConcurrency = 16

// A /26 holds both subnets of /27, of which Flex Consumption wants one for itself.
param addressRange = '10.71.0.0/26'

// As long as telemetry of Application Insights is kept without a charge.
param retentionDays = 90

// Ingestion is what grows without a limit when something goes wrong in a loop. 1 GB a day is ten times what 500 rooms
// send, and at most some 70 dollars a month.
param dailyCapGb = 1

// Traces are what telemetry costs most: a fifth shows every path, and what failed, halted or waits is kept in any case.
param tracesKept = 20

// A package that was deleted by mistake can be brought back for a week, longer than anybody takes to notice.
param keepDeletedDays = 7
