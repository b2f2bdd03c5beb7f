<#
.SYNOPSIS
    Makes the registration in Entra under which people and programs sign in to Lockstep's API.

.DESCRIPTION
    Run once before `azd up`, in the tenant of the subscription; what is there already is kept. The registration has no
    secret and asks for no permission. It has two roles: Reader sees everything and changes nothing, Operator does
    everything. Nobody gets a token who holds neither. Prints the client id for `azd env set LOCKSTEP_SIGN_IN`.

    Run again after `azd up` with -Url and -Identity: from then on people sign in in the browser, to the console and
    the booking page. In the place of a secret, the registration trusts the installation's managed identity.

    Needed: PowerShell 7.2, the modules Microsoft.Graph.Authentication, Microsoft.Graph.Applications and
    Microsoft.Graph.Users; the role Application Developer, or Application Administrator.

.PARAMETER Operator
    Who is given the role Operator: addresses of people as they sign in.

.PARAMETER Reader
    Who is given the role Reader.

.PARAMETER Url
    Where the installation answers, one or several: LOCKSTEP_URL of `azd env get-values`, and a domain of its own.

.PARAMETER Identity
    The installation's managed identity: LOCKSTEP_IDENTITY_PRINCIPAL_ID of `azd env get-values`.

.PARAMETER EverybodyBooks
    Lets every account of the tenant sign in, for the booking page. Without a role they book in their own name and see
    nothing else. Leave it out and only who holds a role may book.
#>
#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Authentication, Microsoft.Graph.Applications, Microsoft.Graph.Users
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)]
    [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
    [string] $TenantId,

    [string[]] $Operator = @(),

    [string[]] $Reader = @(),

    [ValidatePattern('^https://[a-z0-9.-]+$')]
    [string[]] $Url = @(),

    [ValidatePattern('^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$')]
    [string] $Identity = '',

    [switch] $EverybodyBooks,

    [string] $Name = 'Lockstep sign-in',

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
$Roles = @{
    Reader   = @{ Id = 'c9b4983f-41fd-5d77-9dcd-80dab61b4b48'; Tells = 'Sees everything and changes nothing.' }
    Operator = @{ Id = '98f3c1ff-ddfd-57c5-9f9b-952d576ed7cf'; Tells = 'Sees and does everything.' }
}
$ScopeId = 'eb2b23f8-c104-5561-b4a1-29df6b77c76e'
# The Azure CLI and azd are one client: with it signed in, `lockstep` gets its token without asking anybody.
$AzureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

Connect-MgGraph -TenantId $TenantId -Environment $Clouds[$Cloud].Graph -NoWelcome `
    -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All', 'User.ReadBasic.All'

$application = Get-MgApplication -Filter "displayName eq '$($Name -replace "'", "''")'" | Select-Object -First 1
if ($null -eq $application -and $PSCmdlet.ShouldProcess($Name, 'make the registration')) {
    $application = New-MgApplication -DisplayName $Name -SignInAudience 'AzureADMyOrg'
}
if ($null -eq $application) { return }

if ($PSCmdlet.ShouldProcess($Name, 'give it its address, its roles and its scope')) {
    Update-MgApplication -ApplicationId $application.Id -BodyParameter @{
        identifierUris = @("api://$($application.AppId)")
        appRoles       = @($Roles.GetEnumerator() | Sort-Object Name | ForEach-Object {
                @{
                    id = $_.Value.Id; value = $_.Name; displayName = $_.Name; description = $_.Value.Tells
                    allowedMemberTypes = @('User', 'Application'); isEnabled = $true
                }
            })
        api            = @{
            requestedAccessTokenVersion = 2
            oauth2PermissionScopes      = @(@{
                    id = $ScopeId; value = 'user_impersonation'; type = 'User'; isEnabled = $true
                    adminConsentDisplayName = 'Use Lockstep'
                    adminConsentDescription = 'Lets a program use Lockstep for whoever has signed in.'
                })
            preAuthorizedApplications   = @(@{ appId = $AzureCli; delegatedPermissionIds = @($ScopeId) })
        }
    }
}

if ($Url.Count -gt 0 -and $PSCmdlet.ShouldProcess(($Url -join ', '), 'let people sign in from there')) {
    $wanted = @($Url | ForEach-Object { "$_/.auth/login/aad/callback" })
    $known = @($application.Web.RedirectUris) + $wanted | Where-Object { $_ } | Sort-Object -Unique
    Update-MgApplication -ApplicationId $application.Id -BodyParameter @{ web = @{ redirectUris = @($known) } }
}

if ($Identity) {
    $trusted = @(Get-MgApplicationFederatedIdentityCredential -ApplicationId $application.Id -All)
    $has = $trusted | Where-Object { $_.Subject -eq $Identity }
    if ($null -eq $has -and $PSCmdlet.ShouldProcess($Identity, 'trust this managed identity in the place of a secret')) {
        New-MgApplicationFederatedIdentityCredential -ApplicationId $application.Id -BodyParameter @{
            name      = "lockstep-$Identity"
            issuer    = "$($Clouds[$Cloud].SignIn)/$TenantId/v2.0"
            subject   = $Identity
            audiences = @($Clouds[$Cloud].Audience)
        } | Out-Null
    }
}

$principal = Get-MgServicePrincipal -Filter "appId eq '$($application.AppId)'" | Select-Object -First 1
if ($null -eq $principal -and $PSCmdlet.ShouldProcess($Name, 'let nobody in who holds no role')) {
    $principal = New-MgServicePrincipal -BodyParameter @{ appId = $application.AppId; appRoleAssignmentRequired = $true }
}
if ($null -eq $principal) { return }
if ($EverybodyBooks -and $principal.AppRoleAssignmentRequired -and
    $PSCmdlet.ShouldProcess($Name, 'let every account of the tenant sign in')) {
    Update-MgServicePrincipal -ServicePrincipalId $principal.Id -BodyParameter @{ appRoleAssignmentRequired = $false }
}

$held = @(Get-MgServicePrincipalAppRoleAssignedTo -ServicePrincipalId $principal.Id -All)
foreach ($given in @(@{ Role = 'Operator'; People = $Operator }, @{ Role = 'Reader'; People = $Reader })) {
    foreach ($address in $given.People) {
        $person = Get-MgUser -UserId $address -Property Id
        $role = $Roles[$given.Role].Id
        $has = $held | Where-Object { $_.PrincipalId -eq $person.Id -and $_.AppRoleId -eq $role }
        if ($null -eq $has -and $PSCmdlet.ShouldProcess($address, "give the role $($given.Role)")) {
            New-MgServicePrincipalAppRoleAssignedTo -ServicePrincipalId $principal.Id -BodyParameter @{
                principalId = $person.Id; resourceId = $principal.Id; appRoleId = $role
            } | Out-Null
        }
    }
}
Write-Output $application.AppId
