/** @file Plugin, client, devices, memories. */
import { type Check, checks, holds, rejects, same } from "./check.js";

export const CLIENT_CHECKS: readonly Check[] = [
  ...checks("plugin", {
    "tells its StableHLO versions": ({ plugin }) => {
      const { current, minimum } = plugin.stablehloVersions;
      holds(/^\d+\.\d+\.\d+$/.test(current ?? ""), `current ${current}`);
      holds(/^\d+\.\d+\.\d+$/.test(minimum ?? ""), `minimum ${minimum}`);
    },
  }),
  ...checks("client", {
    "has a platform name and version": ({ client }) => {
      holds(client().platformName !== "", "the name is empty");
      holds(client().platformVersion !== "", "the version is empty");
    },
    "is process 0": ({ client }) => same(client().processIndex, 0),
    "has devices with ids of their own": ({ client }) => {
      const ids = client().allDevices.map(({ id }) => id);
      holds(ids.length > 0 && ids.every((id) => id >= 0), `ids ${ids.join(", ")}`);
      holds(new Set(ids).size === ids.length, `ids ${ids.join(", ")}`);
    },
    "its own devices are among all": ({ client }) => {
      const all = new Set(client().allDevices.map(({ id }) => id));
      holds(
        client().devices.every(({ id }) => all.has(id)),
        "a device that is not among all",
      );
    },
    "finds devices by id and by hardware number": ({ client }) => {
      const [device] = client().devices;
      same(client().device(device!.id).id, device!.id);
      same(client().localDevice(device!.localHardwareId).id, device!.id);
    },
    "no device has id -1": ({ client }) => rejects(() => client().device(-1), /No matching device found/),
    "assigns devices by default": ({ client }) => same(client().defaultDevices(1, 1).length, 1),
    "has memories with devices": ({ client }) => {
      const { memories } = client();
      holds(
        memories.length > 0 && memories.every(({ kind, devices }) => kind !== "" && devices.length > 0),
        "none",
      );
    },
    "has a topology of its devices": ({ client }) => {
      same(client().topology.devices.length, client().allDevices.length);
    },
  }),
  ...checks("device", {
    "describes itself": ({ client }) => {
      for (const device of client().devices) {
        holds(
          device.kind !== "" && device.debugString !== "" && String(device) !== "",
          "an empty description",
        );
        holds(device.processIndex === 0 && device.isAddressable, "not of this process");
        holds(typeof device.attributes === "object", "no attributes");
      }
    },
    "its default memory is one of its memories": ({ client }) => {
      for (const { defaultMemory, memories } of client().devices) {
        holds(
          memories.some(({ id }) => id === defaultMemory.id),
          "it is not",
        );
      }
    },
    "counts its memory": ({ client }) => {
      holds(client().devices[0]!.memoryStats().bytesInUse >= 0, "negative");
    },
    "has attributes beyond its description": ({ client }) => {
      holds(typeof client().devices[0]!.deviceAttributes === "object", "none");
    },
  }),
];
