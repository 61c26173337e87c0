// The Azure side of a bridge: namespace, mailboxes, rights, gateway, API Management.
// azuredeploy.json is the same by hand; a test compares the two. README.md says what could not be run.

@description('Region of everything')
param location string = resourceGroup().location

@description('Of the Service Bus namespace; the world has one of each')
param namespaceName string

@description('internet: public endpoint for the addresses in siteAddresses, Standard. private: private endpoint alone, Premium, reached by ExpressRoute or VPN')
@allowed([
  'internet'
  'private'
])
param reach string = 'internet'

@description('With internet: the addresses, or ranges, that the sites and the gateway come from')
param siteAddresses array = []

@description('SITE.NAME of each agent, such as plant-1.agent-a')
param agents array

@description('Object ids of the agents in Entra ID, in the same order; empty texts for those with a shared access key')
param agentPrincipals array

@description('Name of the gateway')
param gatewayName string = 'gateway-1'

@description('The gateway\'s image, in a registry that the environment can read')
param gatewayImage string

@description('gateway.yaml and the files it names, by file name; secrets among them')
@secure()
param gatewayFiles object

@description('Addresses of the network, /20 or larger')
param networkPrefix string = '10.80.0.0/20'

@description('What API Management tells its users')
param publisherEmail string

@description('What API Management tells its users')
param publisherName string

@description('Developer costs least and has no promise; Premium has zones')
@allowed([
  'Developer'
  'Premium'
])
param apimTier string = 'Developer'

@description('The connector\'s certificate and key, PKCS #12 in base64')
@secure()
param connectorCertificate string

@description('Its password')
@secure()
param connectorPassword string

@description('openapi.json of the API, from the gateway or from drawbridge agent documents')
param openApi string

@description('Path of the API at API Management')
param apiPath string = 'legacy'

var premium = reach == 'private'
var receiver = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0')
var sender = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39')

resource namespace 'Microsoft.ServiceBus/namespaces@2021-11-01' = {
  name: namespaceName
  location: location
  sku: {
    name: premium ? 'Premium' : 'Standard'
    tier: premium ? 'Premium' : 'Standard'
    capacity: premium ? 1 : null
  }
  properties: {
    minimumTlsVersion: '1.2'
    publicNetworkAccess: premium ? 'Disabled' : 'Enabled'
    disableLocalAuth: false
  }
}

// Who comes from elsewhere is told that the key is not allowed.
resource addresses 'Microsoft.ServiceBus/namespaces/networkRuleSets@2021-11-01' = {
  parent: namespace
  name: 'default'
  properties: {
    defaultAction: 'Deny'
    publicNetworkAccess: premium ? 'Disabled' : 'Enabled'
    trustedServiceAccessEnabled: false
    ipRules: [for address in siteAddresses: {
      action: 'Allow'
      ipMask: address
    }]
  }
}

// A mailbox: what nobody took within a minute is of no use any more, and nobody looks for it elsewhere.
resource agentMailboxes 'Microsoft.ServiceBus/namespaces/queues@2021-11-01' = [for agent in agents: {
  parent: namespace
  name: 'drawbridge.${agent}'
  properties: {
    defaultMessageTimeToLive: 'PT1M'
    deadLetteringOnMessageExpiration: false
    requiresSession: false
    requiresDuplicateDetection: false
    enablePartitioning: false
    lockDuration: 'PT30S'
    maxDeliveryCount: 10
    maxSizeInMegabytes: 1024
  }
}]

resource gatewayMailbox 'Microsoft.ServiceBus/namespaces/queues@2021-11-01' = {
  parent: namespace
  name: 'drawbridge.${gatewayName}'
  properties: {
    defaultMessageTimeToLive: 'PT1M'
    deadLetteringOnMessageExpiration: false
    requiresSession: false
    requiresDuplicateDetection: false
    enablePartitioning: false
    lockDuration: 'PT30S'
    maxDeliveryCount: 10
    maxSizeInMegabytes: 1024
  }
}

resource gatewayIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'drawbridge-${gatewayName}'
  location: location
}

// Each listens on its own mailbox and sends to those of its peers. Nobody manages anything.
resource gatewayListens 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(gatewayMailbox.id, gatewayName, 'receiver')
  scope: gatewayMailbox
  properties: {
    roleDefinitionId: receiver
    principalId: gatewayIdentity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource gatewaySends 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (agent, i) in agents: {
  name: guid(namespace.id, agent, gatewayName, 'sender')
  scope: agentMailboxes[i]
  properties: {
    roleDefinitionId: sender
    principalId: gatewayIdentity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}]

resource agentListens 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (agent, i) in agents: if (!empty(agentPrincipals[i])) {
  name: guid(namespace.id, agent, 'receiver')
  scope: agentMailboxes[i]
  properties: {
    roleDefinitionId: receiver
    principalId: agentPrincipals[i]
    principalType: 'ServicePrincipal'
  }
}]

resource agentSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (agent, i) in agents: if (!empty(agentPrincipals[i])) {
  name: guid(gatewayMailbox.id, agent, 'sender')
  scope: gatewayMailbox
  properties: {
    roleDefinitionId: sender
    principalId: agentPrincipals[i]
    principalType: 'ServicePrincipal'
  }
}]

resource network 'Microsoft.Network/virtualNetworks@2023-11-01' = {
  name: 'drawbridge'
  location: location
  properties: {
    addressSpace: {
      addressPrefixes: [
        networkPrefix
      ]
    }
    subnets: [
      {
        name: 'gateway'
        properties: {
          addressPrefix: cidrSubnet(networkPrefix, 23, 0)
          delegations: [
            {
              name: 'environment'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(networkPrefix, 24, 2)
        }
      }
      {
        name: 'apim'
        properties: {
          addressPrefix: cidrSubnet(networkPrefix, 24, 3)
          networkSecurityGroup: {
            id: apimRules.id
          }
        }
      }
    ]
  }
}

resource apimRules 'Microsoft.Network/networkSecurityGroups@2023-11-01' = {
  name: 'drawbridge-apim'
  location: location
  properties: {
    securityRules: [
      {
        name: 'callers'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '443'
        }
      }
      {
        name: 'management'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'ApiManagement'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '3443'
        }
      }
      {
        name: 'balancer'
        properties: {
          priority: 120
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '6390'
        }
      }
    ]
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2023-11-01' = if (premium) {
  name: 'drawbridge-namespace'
  location: location
  properties: {
    subnet: {
      id: '${network.id}/subnets/endpoints'
    }
    privateLinkServiceConnections: [
      {
        name: 'namespace'
        properties: {
          privateLinkServiceId: namespace.id
          groupIds: [
            'namespace'
          ]
        }
      }
    ]
  }
}

// The sites' name servers must forward this zone, or the agents find the public address.
resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = if (premium) {
  name: 'privatelink.servicebus.windows.net'
  location: 'global'
}

resource zoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = if (premium) {
  parent: zone
  name: 'drawbridge'
  location: 'global'
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: network.id
    }
  }
}

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01' = if (premium) {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'servicebus'
        properties: {
          privateDnsZoneId: zone.id
        }
      }
    ]
  }
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: 'drawbridge'
  location: location
  properties: {
    vnetConfiguration: {
      internal: true
      infrastructureSubnetId: '${network.id}/subnets/gateway'
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
  }
}

// TCP, not HTTP: the gateway ends TLS itself, or it could not see the connector's certificate.
// One replica: a second one of the same name would put the first aside. Two gateways are two apps with two names.
resource gateway 'Microsoft.App/containerApps@2024-03-01' = {
  name: gatewayName
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${gatewayIdentity.id}': {}
    }
  }
  properties: {
    environmentId: environment.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        transport: 'tcp'
        targetPort: 8443
        exposedPort: 8443
      }
      secrets: [for file in items(gatewayFiles): {
        name: replace(file.key, '.', '-')
        value: file.value
      }]
    }
    template: {
      terminationGracePeriodSeconds: 30
      containers: [
        {
          name: 'gateway'
          image: gatewayImage
          args: [
            '--config'
            '/etc/drawbridge/gateway/gateway.yaml'
          ]
          resources: {
            cpu: json('1.0')
            memory: '2Gi'
          }
          volumeMounts: [
            {
              volumeName: 'settings'
              mountPath: '/etc/drawbridge/gateway'
            }
            {
              volumeName: 'state'
              mountPath: '/var/lib/drawbridge'
            }
          ]
          probes: [
            {
              type: 'Liveness'
              tcpSocket: {
                port: 8443
              }
              initialDelaySeconds: 10
              periodSeconds: 10
            }
          ]
        }
      ]
      scale: {
        minReplicas: 1
        maxReplicas: 1
      }
      volumes: [
        {
          name: 'settings'
          storageType: 'Secret'
          secrets: [for file in items(gatewayFiles): {
            secretRef: replace(file.key, '.', '-')
            path: file.key
          }]
        }
        {
          name: 'state'
          storageType: 'EmptyDir'
        }
      ]
    }
  }
}

resource apimAddress 'Microsoft.Network/publicIPAddresses@2023-11-01' = {
  name: 'drawbridge-apim'
  location: location
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    dnsSettings: {
      domainNameLabel: '${namespaceName}-apim'
    }
  }
}

resource apim 'Microsoft.ApiManagement/service@2022-08-01' = {
  name: '${namespaceName}-apim'
  location: location
  sku: {
    name: apimTier
    capacity: 1
  }
  properties: {
    publisherEmail: publisherEmail
    publisherName: publisherName
    virtualNetworkType: 'External'
    publicIpAddressId: apimAddress.id
    virtualNetworkConfiguration: {
      subnetResourceId: '${network.id}/subnets/apim'
    }
  }
}

resource connector 'Microsoft.ApiManagement/service/certificates@2022-08-01' = {
  parent: apim
  name: 'connector'
  properties: {
    data: connectorCertificate
    password: connectorPassword
  }
}

resource api 'Microsoft.ApiManagement/service/apis@2022-08-01' = {
  parent: apim
  name: 'drawbridge'
  properties: {
    format: 'openapi+json'
    value: openApi
    path: apiPath
    protocols: [
      'https'
    ]
    subscriptionRequired: true
    serviceUrl: 'https://${gatewayName}.${environment.properties.defaultDomain}:8443'
  }
}

resource policy 'Microsoft.ApiManagement/service/apis/policies@2022-08-01' = {
  parent: api
  name: 'policy'
  properties: {
    format: 'rawxml'
    value: '<policies><inbound><base /><authentication-certificate certificate-id="connector" /></inbound><backend><forward-request buffer-response="false" timeout="230" /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>'
  }
  dependsOn: [
    connector
  ]
}

output namespaceEndpoint string = '${namespaceName}.servicebus.windows.net'
output gatewayPrincipal string = gatewayIdentity.properties.principalId
output gatewayClient string = gatewayIdentity.properties.clientId
output url string = '${apim.properties.gatewayUrl}/${apiPath}'
