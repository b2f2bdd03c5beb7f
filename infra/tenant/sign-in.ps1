<#
.SYNOPSIS
    Makes the registration in Entra under which people and programs sign in to Lockstep's API.

.DESCRIPTION
    Run once before `azd up`, in the tenant of the subscription; what is there already is kept. The registration has no
    secret and asks for no permission. It has two roles: Reader sees everything and changes nothing, Operator does
    everything. Nobody gets a token who holds neither. Prints the client id for `azd env set LOCKSTEP_SIGN_IN`.

    Needed: PowerShell 7.2, the modules Microsoft.Graph.Authentication, Microsoft.Graph.Applications and
    Microsoft.Graph.Users; the role Application Developer, or Application Administrator.

.PARAMETER Operator
    Who is given the role Operator: addresses of people as they sign in.

.PARAMETER Reader
    Who is given the role Reader.
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

    [string] $Name = 'Lockstep sign-in',

    [ValidateSet('public', 'us-government', 'us-government-dod', 'china')]
    [string] $Cloud = 'public'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Graph = @{
    'public'            = 'Global'
    'us-government'     = 'USGov'
    'us-government-dod' = 'USGovDoD'
    'china'             = 'China'
}
$Roles = @{
    Reader   = @{ Id = 'c9b4983f-41fd-5d77-9dcd-80dab61b4b48'; Tells = 'Sees everything and changes nothing.' }
    Operator = @{ Id = '98f3c1ff-ddfd-57c5-9f9b-952d576ed7cf'; Tells = 'Sees and does everything.' }
}
$ScopeId = 'eb2b23f8-c104-5561-b4a1-29df6b77c76e'
# The Azure CLI and azd are one client: with it signed in, `lockstep` gets its token without asking anybody.
$AzureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

Connect-MgGraph -TenantId $TenantId -Environment $Graph[$Cloud] -NoWelcome `
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

$principal = Get-MgServicePrincipal -Filter "appId eq '$($application.AppId)'" | Select-Object -First 1
if ($null -eq $principal -and $PSCmdlet.ShouldProcess($Name, 'let nobody in who holds no role')) {
    $principal = New-MgServicePrincipal -BodyParameter @{ appId = $application.AppId; appRoleAssignmentRequired = $true }
}
if ($null -eq $principal) { return }

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
