/**
 * @file At which minor version of the API a field, function or enumerator appeared, where that was after FLOOR_MINOR. A header
 * only tells what it has; older headers given to the generator confirm every line, and a field missing here fails.
 */

/** The oldest minor version whose sizes are known; what this version has counts as having been there always. */
export const FLOOR_MINOR = 81;

/** Fields that structs grew, by struct. Structs and functions that are new as a whole are in FUNCTION_SINCE. */
export const FIELD_SINCE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  PJRT_Executable_GetCompiledMemoryStats_Args: {
    total_size_in_bytes: 90,
    total_allocation_bytes: 104,
    indefinite_allocations: 104,
    peak_unpadded_heap_bytes: 104,
  },
  PJRT_ExecuteOptions: {
    multi_slice_config: 97,
    use_major_to_minor_data_layout_for_callbacks: 108,
    hlo_output_callbacks: 112,
    num_hlo_output_callbacks: 112,
  },
  PJRT_Client_CreateErrorBuffer_Args: { payload: 103, num_payload: 103 },
  PJRT_Device_PoisonExecution_Args: { payload: 100, num_payload: 100 },
  PJRT_Device_MemoryStats_Args: { peak_allocated_bytes: 113, peak_allocated_bytes_is_set: 113 },
  PJRT_Executable_DeserializeAndLoad_Args: { load_options: 111 },
};

/** Functions added to PJRT_Api. */
export const FUNCTION_SINCE: Readonly<Record<string, number>> = {
  PJRT_Client_CreateErrorBuffer: 82,
  PJRT_AsyncHostToDeviceTransferManager_TransferLiteral: 83,
  PJRT_Buffer_CopyRawToHostFuture: 84,
  PJRT_Device_PoisonExecution: 85,
  PJRT_Device_CreateAsyncTrackingEvent: 86,
  PJRT_AsyncTrackingEvent_Destroy: 86,
  PJRT_Executable_GetCompileOptions: 87,
  PJRT_Buffer_DonateWithControlDependency: 88,
  PJRT_Event_Create: 89,
  PJRT_Event_Set: 89,
  PJRT_Device_GetAttributes: 92,
  PJRT_Client_Load: 95,
  PJRT_LoadedExecutable_AddressableDeviceLogicalIds: 96,
  PJRT_Buffer_Bitcast: 98,
  PJRT_Error_ForEachPayload: 99,
  PJRT_TopologyDescription_Fingerprint: 101,
  PJRT_Executable_ParameterMemoryKinds: 102,
  PJRT_Device_ClearMemoryStats: 106,
  PJRT_TopologyDescription_MakeCanonicalShapeForMemorySpace: 109,
  PJRT_TopologyDescription_GetMemorySpaceKindIds: 110,
};

/** Element types added to PJRT_Buffer_Type. A plugin that does not know a type aborts the process. */
export const ELEMENT_TYPE_SINCE: Readonly<Record<string, number>> = {
  S1: 94,
  U1: 94,
  F6E2M3FN: 114,
  F6E3M2FN: 114,
};
