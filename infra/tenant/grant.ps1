<#
.SYNOPSIS
    Lets Lockstep read and write the calendars of rooms and equipment of this tenant, and nothing beside them.

.DESCRIPTION
    Run by the tenant's administrator, once and again whenever something changes: what is there already is kept.
    In Entra, for the whole tenant, because no narrower right exists: User.Read.All (who a mailbox is, who books) and
    Place.Read.All (seats, floor, features). In Exchange, by RBAC for Applications and for the rooms alone:
    Calendars.Read, Calendars.ReadWrite, MailboxSettings.Read. At the end the effective scope is checked, on a room and
    on a mailbox that must stay closed.

    Needed: PowerShell 7.2, the modules Microsoft.Graph.Authentication, Microsoft.Graph.Applications and
    ExchangeOnlineManagement; the roles Privileged Role Administrator and Exchange Administrator.

.PARAMETER BookersGroup
    A mail-enabled security group whose members' calendars Lockstep may reach as well. Direct members only count.
    Without it these are lost: write mode 'organizer' (bookings made in the booker's own calendar), 'meeting_edits:
    organizer' (another time for somebody's meeting), and titles read from the organiser's copy where the room's copy
    holds none. Everything else works.

.PARAMETER MailFrom
    The mailbox from which Lockstep sends its own mails; it may send from no other.

.PARAMETER Closed
    A mailbox that must stay out of reach, to prove the scope; one of a person outside BookersGroup.

.PARAMETER RemoveUnscoped
    Remove grants in Entra that make the scopes worthless. Without it they are only named.

.EXAMPLE
    ./grant.ps1 -Closed ceo@contoso.com -WhatIf
#>
#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Authentication, Microsoft.Graph.Applications, ExchangeOnlineManagement
[CmdletBinding(SupportsShouldProcess)]
param(
    [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
    [string] $TenantId = '<tenant>',

    [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
    [string] $ApplicationId = '<application>',

    [ValidateSet('public', 'us-government', 'us-government-dod', 'china')]
    [string] $Cloud = '<cloud>',

    [Parameter(Mandatory)]
    [string] $Closed,

    [string] $BookersGroup = '',

    [string] $MailFrom = '<mail from>',

    [switch] $RemoveUnscoped
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Clouds = @{
    'public'            = @{ Graph = 'Global'; Exchange = 'O365Default' }
    'us-government'     = @{ Graph = 'USGov'; Exchange = 'O365USGovGCCHigh' }
    'us-government-dod' = @{ Graph = 'USGovDoD'; Exchange = 'O365USGovDoD' }
    'china'             = @{ Graph = 'China'; Exchange = 'O365China' }
}
$GraphApplication = '00000003-0000-0000-c000-000000000000'
$EntraRights = @('User.Read.All', 'Place.Read.All')
$RoomRights = @('Calendars.Read', 'Calendars.ReadWrite', 'MailboxSettings.Read')
$BookerRights = @('Calendars.Read', 'Calendars.ReadWrite')
$MailRights = @('Mail.Send')
$RoomFilter = "RecipientTypeDetails -eq 'RoomMailbox' -or RecipientTypeDetails -eq 'EquipmentMailbox'"
# Granted in Entra, any of these reaches every mailbox of the tenant, whatever Exchange's scopes say.
$Unscoped = '^(Calendars|Mail|MailboxSettings|Contacts)\.|^full_access_as_app$'

function Find-Application {
    $found = Get-MgServicePrincipal -Filter "appId eq '$ApplicationId'"
    if ($null -eq $found -and $PSCmdlet.ShouldProcess($ApplicationId, 'make the application known to this tenant')) {
        $found = New-MgServicePrincipal -AppId $ApplicationId
    }
    if ($null -eq $found) { throw "This tenant does not know the application $ApplicationId yet; without -WhatIf it would be made known." }
    return $found
}

function Grant-EntraRight {
    param($Application, $Graph, [string] $Name)

    $role = $Graph.AppRoles | Where-Object { $_.Value -eq $Name -and $_.AllowedMemberTypes -contains 'Application' }
    if ($null -eq $role) { throw "Graph has no application role $Name in this cloud." }
    $held = Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Application.Id -All |
        Where-Object { $_.AppRoleId -eq $role.Id -and $_.ResourceId -eq $Graph.Id }
    if ($null -ne $held) {
        Write-Host "kept     Entra  $Name"
        return
    }
    if ($PSCmdlet.ShouldProcess($Application.DisplayName, "grant $Name in Entra")) {
        New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Application.Id -PrincipalId $Application.Id `
            -ResourceId $Graph.Id -AppRoleId $role.Id | Out-Null
        Write-Host "granted  Entra  $Name"
    }
}

function Test-UnscopedGrant {
    param($Application)

    foreach ($assignment in Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Application.Id -All) {
        $resource = Get-MgServicePrincipal -ServicePrincipalId $assignment.ResourceId
        $role = $resource.AppRoles | Where-Object { $_.Id -eq $assignment.AppRoleId }
        if ($null -eq $role -or $role.Value -notmatch $Unscoped) { continue }
        if ($RemoveUnscoped -and $PSCmdlet.ShouldProcess($Application.DisplayName, "remove $($role.Value) from Entra")) {
            Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Application.Id -AppRoleAssignmentId $assignment.Id
            Write-Host "removed  Entra  $($role.Value)"
        }
        else {
            Write-Warning ("$($role.Value) is granted in Entra without a scope. Both kinds of grants add up: as long as " +
                'it stands, Lockstep reaches every mailbox of this tenant. Remove it, or run this with -RemoveUnscoped.')
        }
    }
}

function Set-Scope {
    param([string] $Name, [string] $Filter)

    $scope = Get-ManagementScope -Identity $Name -ErrorAction SilentlyContinue
    if ($null -eq $scope) {
        if ($PSCmdlet.ShouldProcess($Name, 'make the scope')) {
            New-ManagementScope -Name $Name -RecipientRestrictionFilter $Filter | Out-Null
            Write-Host "made     scope  $Name"
        }
    }
    elseif ($scope.RecipientFilter -ne $Filter) {
        if ($PSCmdlet.ShouldProcess($Name, "change the scope from $($scope.RecipientFilter)")) {
            Set-ManagementScope -Identity $Name -RecipientRestrictionFilter $Filter
            Write-Host "changed  scope  $Name"
        }
    }
    else {
        Write-Host "kept     scope  $Name"
    }
}

function Grant-ExchangeRight {
    param($Application, [string] $Scope, [string[]] $Names)

    foreach ($name in $Names) {
        $role = "Application $name"
        $held = Get-ManagementRoleAssignment -RoleAssignee $Application.Id -Role $role -ErrorAction SilentlyContinue |
            Where-Object { $_.CustomResourceScope -eq $Scope }
        if ($null -ne $held) {
            Write-Host "kept     $Scope  $name"
        }
        elseif ($PSCmdlet.ShouldProcess($Scope, "grant $name")) {
            New-ManagementRoleAssignment -Name "$Scope $name" -App $Application.Id -Role $role -CustomResourceScope $Scope | Out-Null
            Write-Host "granted  $Scope  $name"
        }
    }
}

function Test-Reach {
    param($Application, [string] $Mailbox, [bool] $Wanted, [string[]] $Names)

    $answers = Test-ServicePrincipalAuthorization -Identity $Application.Id -Resource $Mailbox
    foreach ($name in $Names) {
        $inScope = @($answers | Where-Object { $_.RoleName -eq "Application $name" -and $_.InScope }).Count -gt 0
        if ($inScope -ne $Wanted) {
            $word = if ($Wanted) { 'does not reach' } else { 'reaches' }
            throw "Lockstep $word $Mailbox with $name. Look at the scopes: Get-ManagementRoleAssignment -RoleAssignee $($Application.Id) | Format-List"
        }
    }
    Write-Host "checked  $Mailbox is $(if ($Wanted) { 'in reach' } else { 'out of reach' })"
}

Connect-MgGraph -TenantId $TenantId -Environment $Clouds[$Cloud].Graph -NoWelcome `
    -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'
Connect-ExchangeOnline -ExchangeEnvironmentName $Clouds[$Cloud].Exchange -ShowBanner:$false

$application = Find-Application
$graph = Get-MgServicePrincipal -Filter "appId eq '$GraphApplication'"
foreach ($right in $EntraRights) { Grant-EntraRight $application $graph $right }
Test-UnscopedGrant $application

if ($null -eq (Get-ServicePrincipal -Identity $application.Id -ErrorAction SilentlyContinue)) {
    if ($PSCmdlet.ShouldProcess($application.DisplayName, 'make it known to Exchange')) {
        New-ServicePrincipal -AppId $ApplicationId -ObjectId $application.Id -DisplayName $application.DisplayName | Out-Null
    }
}

Set-Scope 'Lockstep rooms' $RoomFilter
Grant-ExchangeRight $application 'Lockstep rooms' $RoomRights
if ($BookersGroup) {
    $group = (Get-DistributionGroup -Identity $BookersGroup).DistinguishedName
    Set-Scope 'Lockstep bookers' "MemberOfGroup -eq '$($group -replace "'", "''")'"
    Grant-ExchangeRight $application 'Lockstep bookers' $BookerRights
}
else {
    Write-Host "without  bookers: no write mode 'organizer', no 'meeting_edits: organizer', no titles from organisers' copies"
}
if ($MailFrom) {
    $sender = (Get-Mailbox -Identity $MailFrom).DistinguishedName
    Set-Scope 'Lockstep sender' "DistinguishedName -eq '$($sender -replace "'", "''")'"
    Grant-ExchangeRight $application 'Lockstep sender' $MailRights
}

if (-not $WhatIfPreference) {
    $room = Get-Mailbox -RecipientTypeDetails RoomMailbox -ResultSize 1
    if ($null -eq $room) { throw 'This tenant has no room mailbox on which the scope could be checked.' }
    Test-Reach $application $room.PrimarySmtpAddress $true $RoomRights
    Test-Reach $application $Closed $false ($RoomRights + $MailRights)
    Write-Host 'Done. Exchange may take 30 minutes, and up to 2 hours where Lockstep asked before, until it lets Lockstep in.'
}
