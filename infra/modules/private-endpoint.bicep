metadata description = 'One private endpoint: a service under its usual name, found at an address inside the network.'

param name string
param location string
param tags object

@description('The service that is reached.')
param targetId string

@description('Which part of it, for example blob, table or namespace.')
param part string

@description('DNS zone in which the service is found from inside the network.')
param zoneName string
param networkId string
param subnetId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: part
        properties: { privateLinkServiceId: targetId, groupIds: [part] }
      }
    ]
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: 'lockstep'
  location: 'global'
  tags: tags
  properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
}

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      { name: part, properties: { privateDnsZoneId: zone.id } }
    ]
  }
}
