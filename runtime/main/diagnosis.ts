/** The probe and automatic promises, as the composition root builds them: from the registry, the loop and the machine. */
import { homedir } from 'node:os';
import type { TaskClass } from '../core/task.ts';
import { cLibraryOf, coresOf, diskFacts, engineBuild } from '../diagnose/host.ts';
import { Diagnosis, type ProbeSources } from '../diagnose/index.ts';
import { AutomaticTargets } from '../diagnose/targets.ts';
import { isTaskError } from '../features/tasks.ts';
import type { Machine } from '../host/machine.ts';
import { ordinaryMs } from '../loop/speeds.ts';
import type { Loop } from '../loop.ts';
import type { Memory } from '../models/memory.ts';
import type { Registry } from '../models/registry.ts';
import { type ClientSettings, protocolVersion } from '../protocol.ts';
import type { Residence } from '../residence.ts';
import type { ModelDesk } from '../server/models.ts';

/** Both are built after the settings that ask for them. */
interface Measured {
  readonly registry: () => Pick<Registry, 'choose'>;
  readonly loop: () => Pick<Loop, 'learned'>;
}

type OrdinaryTask = { readonly model: string; readonly ms: number } | undefined;

function ordinaryTask({ registry, loop }: Measured, name: TaskClass, settings: ClientSettings): OrdinaryTask {
  const choice = registry().choose(name, settings);
  if (isTaskError(choice)) return undefined;
  const ms = ordinaryMs(loop().learned.costModel(choice.id), name);
  return ms === undefined ? undefined : { model: choice.id, ms };
}

export function automaticTargets(measured: Measured): AutomaticTargets {
  return new AutomaticTargets((name, settings) => ordinaryTask(measured, name, settings));
}

export interface DiagnosisParts {
  readonly registry: Registry;
  readonly memory: Pick<Memory, 'current'>;
  readonly loop: Loop;
  readonly residence: Pick<Residence, 'diskOf'>;
  readonly machine: Machine;
  readonly desk: Pick<ModelDesk, 'list'>;
  readonly status: ProbeSources['status'];
  readonly programs: string;
}

export function diagnosisOf(parts: DiagnosisParts): Diagnosis {
  const { registry, loop, residence, machine, desk } = parts;
  const measured = { registry: () => registry, loop: () => loop };
  return new Diagnosis({
    tasks: loop,
    models: registry,
    list: (settings) => desk.list(settings),
    status: parts.status,
    protocol: protocolVersion,
    cachedBytes: (model) => machine.fileView(residence.diskOf(model)).cachedBytes,
    host: (folder) => hostFacts(parts, folder),
    ordinaryMs: (name, settings) => ordinaryTask(measured, name, settings)?.ms,
    homes: [homedir()],
  });
}

async function hostFacts({ memory, machine, programs }: DiagnosisParts, folder: string) {
  const { platform, arch } = process;
  const { power, pressure } = machine.conditions;
  const reading = memory.current;
  const devices = (reading?.devices ?? []).map(({ totalBytes, freeBytes }) => ({
    totalBytes,
    ...(freeBytes !== undefined && { freeBytes }),
  }));
  const cLibrary = cLibraryOf(platform, platform === 'linux' ? process.report?.getReport() : undefined);
  return {
    runtime: { node: process.versions.node, platform, arch, cLibrary },
    engine: { ...(await engineBuild(programs)), ...(reading?.knowsDevices && { backend: reading.backend }), devices },
    machine: { cores: coresOf(), power, pressure },
    disk: await diskFacts(folder),
  };
}
