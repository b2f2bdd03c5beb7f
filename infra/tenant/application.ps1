<#
.SYNOPSIS
    Makes the multi-tenant application through which Lockstep reaches tenants other than its subscription's own.

.DESCRIPTION
    Run once, in the tenant of the subscription; what is there already is kept. The application has no secret and no
    certificate: Lockstep's managed identity speaks for it as its federated credential. Prints the client id for the
    field 'application' of LOCKSTEP_TENANTS.

    Needed: PowerShell 7.2, the modules Microsoft.Graph.Authentication and Microsoft.Graph.Applications; the role
    Application Administrator.

.PARAMETER IdentityPrincipalId
    Object id of the managed identity: LOCKSTEP_IDENTITY_PRINCIPAL_ID among the outputs of azd.
#>
#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Authentication, Microsoft.Graph.Applications
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)]
    [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
    [string] $TenantId,

    [Parameter(Mandatory)]
    [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
    [string] $IdentityPrincipalId,

    [string] $Name = 'Lockstep',

    [ValidateSet('public', 'us-government', 'us-government-dod', 'china')]
    [string] $Cloud = 'public'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Clouds = @{
    'public'            = @{ Graph = 'Global'; SignIn = 'https://login.microsoftonline.com'; Audience = 'api://AzureADTokenExchange' }
    'us-government'     = @{ Graph = 'USGov'; SignIn = 'https://login.microsoftonline.us'; Audience = 'api://AzureADTokenExchangeUSGov' }
    'us-government-dod' = @{ Graph = 'USGovDoD'; SignIn = 'https://login.microsoftonline.us'; Audience = 'api://AzureADTokenExchangeUSGov' }
    'china'             = @{ Graph = 'China'; SignIn = 'https://login.chinacloudapi.cn'; Audience = 'api://AzureADTokenExchangeChina' }
}

Connect-MgGraph -TenantId $TenantId -Environment $Clouds[$Cloud].Graph -Scopes 'Application.ReadWrite.All' -NoWelcome

$application = Get-MgApplication -Filter "displayName eq '$($Name -replace "'", "''")'" | Select-Object -First 1
if ($null -eq $application -and $PSCmdlet.ShouldProcess($Name, 'make the application')) {
    $application = New-MgApplication -DisplayName $Name -SignInAudience 'AzureADMultipleOrgs'
}
if ($null -eq $application) { return }
if ($application.SignInAudience -ne 'AzureADMultipleOrgs') {
    throw "There is an application called $Name that is for one tenant only; give another -Name."
}

$held = Get-MgApplicationFederatedIdentityCredential -ApplicationId $application.Id |
    Where-Object { $_.Subject -eq $IdentityPrincipalId }
if ($null -eq $held -and $PSCmdlet.ShouldProcess($Name, 'let the managed identity speak for it')) {
    New-MgApplicationFederatedIdentityCredential -ApplicationId $application.Id -BodyParameter @{
        name      = 'lockstep'
        issuer    = "$($Clouds[$Cloud].SignIn)/$TenantId/v2.0"
        subject   = $IdentityPrincipalId
        audiences = @($Clouds[$Cloud].Audience)
    } | Out-Null
}
Write-Output $application.AppId
