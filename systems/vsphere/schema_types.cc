// The types of vim25 that this simulator uses. Of the large ones only the fields that it fills are listed; their order is
// that of the WSDL. "name:type", [] for arrays, ? for what may be unset; a base stands before what derives from it.
#include "systems/vsphere/schema.h"

namespace vsphere {
namespace {

constexpr TypeText kTypes[] = {
    // --- managed objects: their properties
    {"ManagedEntity", "",
     "customValue:CustomFieldValue[]? overallStatus:ManagedEntityStatus "
     "configStatus:ManagedEntityStatus "
     "effectiveRole:int[]? name:string parent:ManagedObjectReference? disabledMethod:string[]? "
     "recentTask:ManagedObjectReference[]? declaredAlarmState:AlarmState[]? tag:Tag[]?"},
    {"Folder", "ManagedEntity", "childType:string[]? childEntity:ManagedObjectReference[]?"},
    {"Datacenter", "ManagedEntity",
     "vmFolder:ManagedObjectReference hostFolder:ManagedObjectReference "
     "datastoreFolder:ManagedObjectReference "
     "networkFolder:ManagedObjectReference datastore:ManagedObjectReference[]? "
     "network:ManagedObjectReference[]?"},
    {"ComputeResource", "ManagedEntity",
     "resourcePool:ManagedObjectReference? host:ManagedObjectReference[]? "
     "datastore:ManagedObjectReference[]? "
     "network:ManagedObjectReference[]?"},
    {"ClusterComputeResource", "ComputeResource", ""},
    {"HostSystem", "ManagedEntity",
     "runtime:HostRuntimeInfo summary:HostListSummary vm:ManagedObjectReference[]? "
     "datastore:ManagedObjectReference[]? network:ManagedObjectReference[]?"},
    {"ResourcePool", "ManagedEntity",
     "owner:ManagedObjectReference resourcePool:ManagedObjectReference[]? "
     "vm:ManagedObjectReference[]?"},
    {"Datastore", "ManagedEntity",
     "summary:DatastoreSummary vm:ManagedObjectReference[]? host:ManagedObjectReference[]?"},
    {"Network", "ManagedEntity", "host:ManagedObjectReference[]? vm:ManagedObjectReference[]?"},
    {"DistributedVirtualPortgroup", "Network", "key:string"},
    {"DistributedVirtualSwitch", "ManagedEntity",
     "uuid:string portgroup:ManagedObjectReference[]?"},
    {"VirtualMachine", "ManagedEntity",
     "config:VirtualMachineConfigInfo? resourcePool:ManagedObjectReference? "
     "runtime:VirtualMachineRuntimeInfo "
     "guest:GuestInfo? summary:VirtualMachineSummary datastore:ManagedObjectReference[]? "
     "network:ManagedObjectReference[]? snapshot:VirtualMachineSnapshotInfo? "
     "rootSnapshot:ManagedObjectReference[]? guestHeartbeatStatus:ManagedEntityStatus"},
    {"VirtualMachineSnapshot", "",
     "config:VirtualMachineConfigInfo childSnapshot:ManagedObjectReference[]? "
     "vm:ManagedObjectReference"},
    {"ServiceInstance", "", "serverClock:dateTime capability:anyType? content:ServiceContent"},
    {"SessionManager", "", "sessionList:UserSession[]? currentSession:UserSession?"},
    {"TaskManager", "", "recentTask:ManagedObjectReference[]? maxCollector:int"},
    {"Task", "", "customValue:CustomFieldValue[]? info:TaskInfo"},
    {"EventManager", "", "latestEvent:Event? maxCollector:int"},
    {"PropertyCollector", "", "filter:ManagedObjectReference[]?"},
    {"ViewManager", "", "viewList:ManagedObjectReference[]?"},
    {"ManagedObjectView", "", "view:ManagedObjectReference[]?"},
    {"ListView", "ManagedObjectView", ""},
    {"ContainerView", "ManagedObjectView",
     "container:ManagedObjectReference type:string[]? recursive:boolean"},
    {"CustomizationSpecManager", "", "info:CustomizationSpecInfo[]?"},

    // --- service
    {"AboutInfo", "",
     "name:string fullName:string vendor:string version:string build:string localeVersion:string? "
     "localeBuild:string? osType:string productLineId:string apiType:string apiVersion:string "
     "instanceUuid:string? licenseProductName:string? licenseProductVersion:string?"},
    {"ServiceContent", "",
     "rootFolder:ManagedObjectReference propertyCollector:ManagedObjectReference "
     "viewManager:ManagedObjectReference? about:AboutInfo sessionManager:ManagedObjectReference? "
     "customizationSpecManager:ManagedObjectReference? eventManager:ManagedObjectReference? "
     "taskManager:ManagedObjectReference?"},
    {"UserSession", "",
     "key:string userName:string fullName:string loginTime:dateTime lastActiveTime:dateTime "
     "locale:string "
     "messageLocale:string extensionSession:boolean? ipAddress:string? userAgent:string? "
     "callCount:long?"},
    {"TaskReason", "", ""},
    {"TaskReasonUser", "TaskReason", "userName:string"},
    {"LocalizedMethodFault", "", "fault:MethodFault localizedMessage:string?"},
    {"TaskInfo", "",
     "key:string task:ManagedObjectReference name:string? descriptionId:string "
     "entity:ManagedObjectReference? "
     "entityName:string? state:TaskInfoState cancelled:boolean cancelable:boolean "
     "error:LocalizedMethodFault? "
     "result:anyType? progress:int? reason:TaskReason queueTime:dateTime startTime:dateTime? "
     "completeTime:dateTime? eventChainId:int"},
    {"CustomFieldValue", "", "key:int"},
    {"Tag", "", "key:string"},
    {"AlarmState", "", "key:string"},

    // --- hosts, datastores
    {"HostRuntimeInfo", "",
     "connectionState:HostSystemConnectionState powerState:HostSystemPowerState "
     "inMaintenanceMode:boolean "
     "bootTime:dateTime?"},
    {"HostListSummary", "",
     "host:ManagedObjectReference? runtime:HostRuntimeInfo? overallStatus:ManagedEntityStatus "
     "rebootRequired:boolean"},
    {"DatastoreSummary", "",
     "datastore:ManagedObjectReference? name:string url:string capacity:long freeSpace:long "
     "accessible:boolean "
     "type:string"},

    // --- virtual machines: configuration
    {"OptionValue", "", "key:string value:anyType"},
    {"Description", "", "label:string summary:string"},
    {"VirtualDeviceBackingInfo", "", ""},
    {"VirtualDeviceFileBackingInfo", "VirtualDeviceBackingInfo",
     "fileName:string datastore:ManagedObjectReference?"},
    {"VirtualDiskFlatVer2BackingInfo", "VirtualDeviceFileBackingInfo",
     "diskMode:string thinProvisioned:boolean?"},
    {"VirtualDeviceDeviceBackingInfo", "VirtualDeviceBackingInfo",
     "deviceName:string useAutoDetect:boolean?"},
    {"VirtualEthernetCardNetworkBackingInfo", "VirtualDeviceDeviceBackingInfo",
     "network:ManagedObjectReference?"},
    {"VirtualDeviceConnectInfo", "",
     "startConnected:boolean allowGuestControl:boolean connected:boolean status:string?"},
    {"VirtualDevice", "",
     "key:int deviceInfo:Description? backing:VirtualDeviceBackingInfo? "
     "connectable:VirtualDeviceConnectInfo? "
     "controllerKey:int? unitNumber:int?"},
    {"VirtualController", "VirtualDevice", "busNumber:int device:int[]?"},
    {"VirtualIDEController", "VirtualController", ""},
    {"VirtualPS2Controller", "VirtualController", ""},
    {"VirtualPCIController", "VirtualController", ""},
    {"VirtualSIOController", "VirtualController", ""},
    {"VirtualSCSIController", "VirtualController", "sharedBus:VirtualSCSISharing"},
    {"VirtualLsiLogicController", "VirtualSCSIController", ""},
    {"ParaVirtualSCSIController", "VirtualSCSIController", ""},
    {"VirtualKeyboard", "VirtualDevice", ""},
    {"VirtualPointingDevice", "VirtualDevice", ""},
    {"VirtualMachineVideoCard", "VirtualDevice", "videoRamSizeInKB:long? numDisplays:int?"},
    {"VirtualMachineVMCIDevice", "VirtualDevice",
     "id:long? allowUnrestrictedCommunication:boolean?"},
    {"VirtualDisk", "VirtualDevice", "capacityInKB:long"},
    {"VirtualCdrom", "VirtualDevice", ""},
    {"VirtualEthernetCard", "VirtualDevice",
     "addressType:string? macAddress:string? wakeOnLanEnabled:boolean?"},
    {"VirtualE1000", "VirtualEthernetCard", ""},
    {"VirtualVmxnet", "VirtualEthernetCard", ""},
    {"VirtualVmxnet3", "VirtualVmxnet", ""},
    {"VirtualHardware", "",
     "numCPU:int numCoresPerSocket:int? memoryMB:int device:VirtualDevice[]?"},
    {"VirtualMachineFileInfo", "",
     "vmPathName:string? snapshotDirectory:string? logDirectory:string?"},
    {"ToolsConfigInfo", "",
     "toolsVersion:int? syncTimeWithHost:boolean? pendingCustomization:string?"},
    {"VirtualMachineConfigInfo", "",
     "changeVersion:string modified:dateTime name:string guestFullName:string version:string "
     "uuid:string "
     "instanceUuid:string? template:boolean guestId:string annotation:string? "
     "files:VirtualMachineFileInfo "
     "tools:ToolsConfigInfo? hardware:VirtualHardware extraConfig:OptionValue[]? firmware:string?"},
    {"VirtualMachineConfigSpec", "",
     "changeVersion:string? name:string? uuid:string? instanceUuid:string? guestId:string? "
     "annotation:string? "
     "files:VirtualMachineFileInfo? numCPUs:int? numCoresPerSocket:int? memoryMB:long? "
     "deviceChange:VirtualDeviceConfigSpec[]? extraConfig:OptionValue[]? firmware:string?"},
    {"VirtualDeviceConfigSpec", "",
     "operation:VirtualDeviceConfigSpecOperation? "
     "fileOperation:VirtualDeviceConfigSpecFileOperation? "
     "device:VirtualDevice"},

    // --- virtual machines: state
    {"VirtualMachineRuntimeInfo", "",
     "host:ManagedObjectReference? connectionState:VirtualMachineConnectionState "
     "powerState:VirtualMachinePowerState toolsInstallerMounted:boolean suspendTime:dateTime? "
     "bootTime:dateTime?"},
    {"NetDnsConfigInfo", "",
     "dhcp:boolean hostName:string domainName:string ipAddress:string[]? searchDomain:string[]?"},
    {"NetIpConfigInfoIpAddress", "", "ipAddress:string prefixLength:int state:string?"},
    {"NetIpConfigInfo", "", "ipAddress:NetIpConfigInfoIpAddress[]?"},
    {"GuestNicInfo", "",
     "network:string? ipAddress:string[]? macAddress:string? connected:boolean deviceConfigId:int "
     "dnsConfig:NetDnsConfigInfo? ipConfig:NetIpConfigInfo?"},
    {"GuestInfo", "",
     "toolsStatus:VirtualMachineToolsStatus? toolsRunningStatus:string? toolsVersion:string? "
     "guestId:string? "
     "guestFullName:string? hostName:string? ipAddress:string? net:GuestNicInfo[]? "
     "guestState:string"},
    {"VirtualMachineConfigSummary", "",
     "name:string template:boolean vmPathName:string memorySizeMB:int? numCpu:int? "
     "numEthernetCards:int? "
     "numVirtualDisks:int? uuid:string? instanceUuid:string? guestId:string? guestFullName:string? "
     "annotation:string?"},
    {"VirtualMachineGuestSummary", "",
     "guestId:string? guestFullName:string? toolsStatus:VirtualMachineToolsStatus? "
     "toolsRunningStatus:string? "
     "hostName:string? ipAddress:string?"},
    {"VirtualMachineSummary", "",
     "vm:ManagedObjectReference? runtime:VirtualMachineRuntimeInfo "
     "guest:VirtualMachineGuestSummary? "
     "config:VirtualMachineConfigSummary overallStatus:ManagedEntityStatus"},
    {"VirtualMachineSnapshotTree", "",
     "snapshot:ManagedObjectReference vm:ManagedObjectReference name:string description:string "
     "id:int? "
     "createTime:dateTime state:VirtualMachinePowerState quiesced:boolean "
     "childSnapshotList:VirtualMachineSnapshotTree[]?"},
    {"VirtualMachineSnapshotInfo", "",
     "currentSnapshot:ManagedObjectReference? rootSnapshotList:VirtualMachineSnapshotTree[]"},
    {"VirtualMachineRelocateSpec", "",
     "folder:ManagedObjectReference? datastore:ManagedObjectReference? "
     "pool:ManagedObjectReference? "
     "host:ManagedObjectReference?"},
    {"VirtualMachineCloneSpec", "",
     "location:VirtualMachineRelocateSpec template:boolean config:VirtualMachineConfigSpec? "
     "powerOn:boolean"},

    // --- customisation
    {"CustomizationName", "", ""},
    {"CustomizationFixedName", "CustomizationName", "name:string"},
    {"CustomizationPrefixName", "CustomizationName", "base:string"},
    {"CustomizationVirtualMachineName", "CustomizationName", ""},
    {"CustomizationCustomName", "CustomizationName", "argument:string?"},
    {"CustomizationUnknownName", "CustomizationName", ""},
    {"CustomizationIdentitySettings", "", ""},
    {"CustomizationLinuxPrep", "CustomizationIdentitySettings",
     "hostName:CustomizationName domain:string timeZone:string? hwClockUTC:boolean?"},
    {"CustomizationUserData", "",
     "fullName:string orgName:string computerName:CustomizationName productId:string"},
    {"CustomizationSysprep", "CustomizationIdentitySettings", "userData:CustomizationUserData"},
    {"CustomizationIpGenerator", "", ""},
    {"CustomizationDhcpIpGenerator", "CustomizationIpGenerator", ""},
    {"CustomizationFixedIp", "CustomizationIpGenerator", "ipAddress:string"},
    {"CustomizationIPSettings", "",
     "ip:CustomizationIpGenerator subnetMask:string? gateway:string[]? dnsServerList:string[]? "
     "dnsDomain:string?"},
    {"CustomizationAdapterMapping", "", "macAddress:string? adapter:CustomizationIPSettings"},
    {"CustomizationGlobalIPSettings", "", "dnsSuffixList:string[]? dnsServerList:string[]?"},
    {"CustomizationSpec", "",
     "identity:CustomizationIdentitySettings globalIPSettings:CustomizationGlobalIPSettings "
     "nicSettingMap:CustomizationAdapterMapping[]?"},
    {"CustomizationSpecInfo", "",
     "name:string description:string type:string changeVersion:string? lastUpdateTime:dateTime?"},
    {"CustomizationSpecItem", "", "info:CustomizationSpecInfo spec:CustomizationSpec"},

    // --- events
    {"EventArgument", "", ""},
    {"EntityEventArgument", "EventArgument", "name:string"},
    {"DatacenterEventArgument", "EntityEventArgument", "datacenter:ManagedObjectReference"},
    {"ComputeResourceEventArgument", "EntityEventArgument",
     "computeResource:ManagedObjectReference"},
    {"HostEventArgument", "EntityEventArgument", "host:ManagedObjectReference"},
    {"VmEventArgument", "EntityEventArgument", "vm:ManagedObjectReference"},
    {"Event", "",
     "key:int chainId:int createdTime:dateTime userName:string datacenter:DatacenterEventArgument? "
     "computeResource:ComputeResourceEventArgument? host:HostEventArgument? vm:VmEventArgument? "
     "fullFormattedMessage:string?"},
    {"SessionEvent", "Event", ""},
    {"UserLoginSessionEvent", "SessionEvent", "ipAddress:string sessionId:string"},
    {"UserLogoutSessionEvent", "SessionEvent", ""},
    {"GeneralUserEvent", "Event", ""},
    {"VmEvent", "Event", "template:boolean"},
    {"VmBeingCreatedEvent", "VmEvent", ""},
    {"VmInstanceUuidAssignedEvent", "VmEvent", "instanceUuid:string"},
    {"VmUuidAssignedEvent", "VmEvent", "uuid:string"},
    {"VmCreatedEvent", "VmEvent", ""},
    {"VmRemovedEvent", "VmEvent", ""},
    {"VmBeingClonedEvent", "VmEvent", "destName:string"},
    {"VmClonedEvent", "VmEvent", "sourceVm:VmEventArgument"},
    {"VmReconfiguredEvent", "VmEvent", "configSpec:VirtualMachineConfigSpec"},
    {"VmRenamedEvent", "VmEvent", "oldName:string newName:string"},
    {"VmRelocatedEvent", "VmEvent", ""},
    {"VmStartingEvent", "VmEvent", ""},
    {"VmPoweredOnEvent", "VmEvent", ""},
    {"VmStoppingEvent", "VmEvent", ""},
    {"VmPoweredOffEvent", "VmEvent", ""},
    {"VmSuspendingEvent", "VmEvent", ""},
    {"VmSuspendedEvent", "VmEvent", ""},
    {"VmResettingEvent", "VmEvent", ""},
    {"VmGuestRebootEvent", "VmEvent", ""},
    {"VmGuestShutdownEvent", "VmEvent", ""},
    {"VmGuestStandbyEvent", "VmEvent", ""},
    {"CustomizationEvent", "VmEvent", "logLocation:string?"},
    {"CustomizationStartedEvent", "CustomizationEvent", ""},
    {"CustomizationSucceeded", "CustomizationEvent", ""},
    {"CustomizationFailed", "CustomizationEvent", ""},
    {"CustomizationNetworkSetupFailed", "CustomizationFailed", ""},

    // --- faults
    {"MethodFault", "", ""},
    {"InvalidRequest", "MethodFault", ""},
    {"MethodNotFound", "InvalidRequest", "receiver:ManagedObjectReference method:string"},
    {"ManagedObjectNotFound", "MethodFault", "obj:ManagedObjectReference"},
    {"MethodDisabled", "MethodFault", "source:string?"},
    {"NotSupported", "MethodFault", ""},
    {"RequestCanceled", "MethodFault", ""},
    {"InvalidArgument", "MethodFault", "invalidProperty:string?"},
    {"InvalidProperty", "MethodFault", "name:string"},
    {"NotFound", "MethodFault", ""},
    {"AlreadyExists", "MethodFault", "name:string?"},
    {"DuplicateName", "MethodFault", "name:string object:ManagedObjectReference"},
    {"NoPermission", "MethodFault", "object:ManagedObjectReference? privilegeId:string"},
    {"NotAuthenticated", "NoPermission", ""},
    {"InvalidLogin", "MethodFault", ""},
    {"InvalidState", "MethodFault", ""},
    {"InvalidPowerState", "InvalidState",
     "requestedState:VirtualMachinePowerState? existingState:VirtualMachinePowerState"},
    {"ToolsUnavailable", "InvalidState", ""},
    {"InvalidVmConfig", "MethodFault", "property:string?"},
    {"InvalidDeviceSpec", "InvalidVmConfig", "deviceIndex:int"},
    {"CustomizationFault", "MethodFault", ""},
    {"CustomizationPending", "CustomizationFault", ""},
    {"NicSettingMismatch", "CustomizationFault", "numberOfNicsInSpec:int numberOfNicsInVM:int"},
};

}  // namespace

std::span<const TypeText> SchemaTable() { return kTypes; }

}  // namespace vsphere
