/** @file Functions of the C API that the runtime deliberately does not call, each with the reason. A test holds the list. */
import type { FunctionName } from "./index.js";

const CALLBACK = "calls back from a thread of XLA, which must not wait for JavaScript: it can deadlock";
const SEND_RECEIVE = "only reachable from receive callbacks, which come from a thread of XLA";
const CONTROL_PLANE = "for the control plane of several processes, which this runtime does not drive";
const BY_HAND = "close() does it, and keeps the books";
const RAW_MEMORY =
  "hands device memory to other libraries; nothing here shares it, and misuse corrupts memory silently";

/** Function -> why it is not bound. */
export const UNBOUND = {
  PJRT_Event_OnReady: CALLBACK,
  PJRT_Error_ForEachPayload: CALLBACK,
  PJRT_Buffer_CopyRawToHostFuture:
    "completes through a function that the caller must call; CopyRawToHost does the same by event",
  PJRT_Buffer_DonateWithControlDependency:
    "completes through a function that the caller must call; donation is in the signature",
  PJRT_CopyToDeviceStream_AddChunk: SEND_RECEIVE,
  PJRT_CopyToDeviceStream_CurrentBytes: SEND_RECEIVE,
  PJRT_CopyToDeviceStream_Destroy: SEND_RECEIVE,
  PJRT_CopyToDeviceStream_GranuleSize: SEND_RECEIVE,
  PJRT_CopyToDeviceStream_TotalBytes: SEND_RECEIVE,
  PJRT_Client_UpdateGlobalProcessInfo: CONTROL_PLANE,
  PJRT_Device_PoisonExecution: CONTROL_PLANE,
  PJRT_Device_CreateAsyncTrackingEvent: CONTROL_PLANE,
  PJRT_AsyncTrackingEvent_Destroy: CONTROL_PLANE,
  PJRT_Event_Create: "events of our own serve to fulfil promises of other processes; JavaScript has its own",
  PJRT_Event_Set: "see PJRT_Event_Create",
  PJRT_Client_CreateAliasBuffer:
    "placeholder buffers serve distributed arrays; some plugins crash without a layout",
  PJRT_Client_FulfillAliasBuffer: "see PJRT_Client_CreateAliasBuffer",
  PJRT_Client_CreateErrorBuffer: "error buffers serve the control plane; some plugins crash without a layout",
  PJRT_Client_CreateViewOfDeviceBuffer: RAW_MEMORY,
  PJRT_Client_DmaMap: RAW_MEMORY,
  PJRT_Client_DmaUnmap: RAW_MEMORY,
  PJRT_Buffer_IncreaseExternalReferenceCount: RAW_MEMORY,
  PJRT_Buffer_DecreaseExternalReferenceCount: RAW_MEMORY,
  PJRT_Buffer_OpaqueDeviceMemoryDataPointer: RAW_MEMORY,
  PJRT_Buffer_Delete: BY_HAND,
  PJRT_Buffer_IsDeleted: BY_HAND,
  PJRT_LoadedExecutable_Delete: BY_HAND,
  PJRT_LoadedExecutable_IsDeleted: BY_HAND,
  PJRT_LoadedExecutable_Fingerprint: "deprecated for PJRT_Executable_Fingerprint",
  PJRT_ExecuteContext_Create:
    "carries data to custom-call handlers in C, which this runtime does not register",
  PJRT_ExecuteContext_Destroy: "see PJRT_ExecuteContext_Create",
  PJRT_AsyncHostToDeviceTransferManager_AddMetadata:
    "metadata has no meaning to a reader here; some plugins crash on values that are not text",
  PJRT_AsyncHostToDeviceTransferManager_SetBufferError: "a transfer that fails is closed",
  PJRT_AsyncHostToDeviceTransferManager_TransferLiteral: "TransferData sends the same bytes",
  PJRT_AsyncHostToDeviceTransferManager_BufferCount: "known to whoever made the transfer",
  PJRT_AsyncHostToDeviceTransferManager_BufferSize: "known to whoever made the transfer",
  PJRT_AsyncHostToDeviceTransferManager_Device: "known to whoever made the transfer",
  PJRT_Buffer_UnpaddedDimensions: "programs here have static shapes",
  PJRT_Buffer_DynamicDimensionIndices: "programs here have static shapes",
  PJRT_TopologyDescription_MakeCanonicalShapeForMemorySpace:
    "shapes in XLA's own protobuf, which nothing here reads",
} as const satisfies Partial<Record<FunctionName, string>>;
