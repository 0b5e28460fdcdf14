/**
 * Whether this machine runs on its battery. Asked at most once a minute; says `unknown` rather than guess.
 *
 * No package does this for us. `systeminformation` is the one that is maintained (MIT, 900 kB): on Linux it looks for BAT0, BAT1, AC and
 * AC0 by name, so that a full battery beside an adapter named ADP1 or ACAD counts as discharging; on Windows a full one always does. It
 * has no answer for "unknown", goes through a shell, and sets no limit to the time. `battery-level` tells the charge, not whether it
 * is used. What is needed is one line from each system:
 * - Linux: the files of /sys/class/power_supply, see {@link powerOfSupplies}.
 * - macOS: the first line of `pmset -g batt`.
 * - Windows: the line status of GetSystemPowerStatus, which .NET passes on. Starting PowerShell costs about half a second of one core,
 *   so it is asked every five minutes. Win32_Battery would not do: a full one is 3, with the adapter and without.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Poll, type Timer } from './poll.ts';

export type PowerSource = 'battery' | 'mains' | 'unknown';

/** Where to look; a test points it elsewhere. */
export interface PowerPlaces {
  /** `process.platform`. */
  readonly platform: NodeJS.Platform;
  /** Linux: where the kernel lists power supplies. */
  readonly suppliesFolder: string;
  /** macOS: the program `pmset`. */
  readonly pmset: string;
  /** Windows: the program `powershell.exe`. */
  readonly powershell: string;
}

/** @param windowsFolder the variable SystemRoot of Windows, where it is set. */
export function powerPlaces(platform: NodeJS.Platform, windowsFolder = 'C:\\Windows'): PowerPlaces {
  return {
    platform,
    suppliesFolder: '/sys/class/power_supply',
    pmset: '/usr/bin/pmset',
    powershell: path.win32.join(windowsFolder, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe'),
  };
}

const minuteMs = 60_000;

/** Its value is what was found last: `unknown` before the first answer and after one that failed. */
export function watchPower(places: PowerPlaces, timer: Timer): Poll<PowerSource> {
  const everyMs = places.platform === 'win32' ? 5 * minuteMs : minuteMs;
  return new Poll<PowerSource>({ initial: 'unknown', read: () => readPower(places), everyMs, timer });
}

/** Never rejects. */
export async function readPower(places: PowerPlaces): Promise<PowerSource> {
  switch (places.platform) {
    case 'linux':
      return powerOfSupplies(await readSupplies(places.suppliesFolder));
    case 'darwin':
      return powerOfPmset(await outputOf(places.pmset, ['-g', 'batt']));
    case 'win32':
      return powerOfLineStatus(await outputOf(places.powershell, lineStatusArguments));
    default:
      return 'unknown';
  }
}

// ------------------------------------------------------------------------------------------------------------------------ Linux

/** One entry of /sys/class/power_supply; a property that is not there is empty. */
export interface PowerSupply {
  /** Mains, Battery, UPS, USB (with or without a suffix), Wireless. */
  readonly type: string;
  /** `Device`: it feeds a mouse or a headset, not the machine. */
  readonly scope: string;
  /** `1`: plugged in and feeding. */
  readonly online: string;
  /** Of a battery: Charging, Discharging, Not charging, Full, Unknown. */
  readonly status: string;
}

/**
 * By the meaning of the properties (the kernel's Documentation/ABI/testing/sysfs-class-power), not by names, which differ between makers.
 *
 * 1. What feeds a single device does not count.
 * 2. A mains adapter that is online: mains, even if a weak one lets the battery drain.
 * 3. A battery that discharges: battery. A USB port that is online may be the one that gives.
 * 4. Another supply that is online, or a battery that is full, charges, or holds its charge: mains.
 * 5. A battery of unknown status beside adapters that are all offline: battery.
 * 6. Neither batteries nor adapters: a desktop or a virtual machine, mains.
 *
 * @param supplies undefined when the folder cannot be read.
 */
export function powerOfSupplies(supplies: readonly PowerSupply[] | undefined): PowerSource {
  if (supplies === undefined) return 'unknown';
  const own = supplies.filter(({ scope }) => scope !== 'Device'); // 1
  const batteries = own.filter(({ type }) => type === 'Battery' || type === 'UPS');
  const adapters = own.filter(({ type }) => !(type === 'Battery' || type === 'UPS'));
  if (adapters.some(({ type, online }) => type === 'Mains' && online === '1')) return 'mains'; // 2
  if (batteries.some(({ status }) => status === 'Discharging')) return 'battery'; // 3
  if (adapters.some(({ online }) => online === '1')) return 'mains'; // 4
  if (batteries.some(({ status }) => fed.has(status))) return 'mains';
  if (batteries.length > 0) return adapters.some(({ online }) => online === '0') ? 'battery' : 'unknown'; // 5
  return adapters.length === 0 ? 'mains' : 'unknown'; // 6
}

const fed: ReadonlySet<string> = new Set(['Charging', 'Full', 'Not charging']);
/** A laptop has about five; a folder with more is not what it seems. */
const suppliesMax = 64;

async function readSupplies(folder: string): Promise<readonly PowerSupply[] | undefined> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return undefined;
  return Promise.all(
    names
      .sort()
      .slice(0, suppliesMax)
      .map((name) => readSupply(path.join(folder, name))),
  );
}

async function readSupply(folder: string): Promise<PowerSupply> {
  // A driver answers with an error where it does not know; a supply can be gone by now.
  const read = (name: string): Promise<string> =>
    readFile(path.join(folder, name), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  const [type, scope, online, status] = await Promise.all([
    read('type'),
    read('scope'),
    read('online'),
    read('status'),
  ]);
  return { type, scope, online, status };
}

// --------------------------------------------------------------------------------------------------------------- macOS and Windows

/** From what `pmset -g batt` prints: `Now drawing from 'AC Power'`. A UPS that feeds the machine is a battery. */
export function powerOfPmset(output: string): PowerSource {
  switch (/^Now drawing from '([^']+)'/m.exec(output)?.[1]) {
    case 'AC Power':
      return 'mains';
    case 'Battery Power':
    case 'UPS Power':
      return 'battery';
    default:
      return 'unknown';
  }
}

/** The names of an enumeration, which are not translated. */
export function powerOfLineStatus(output: string): PowerSource {
  switch (output.trim()) {
    case 'Online':
      return 'mains';
    case 'Offline':
      return 'battery';
    default:
      return 'unknown';
  }
}

const lineStatusArguments = [
  '-NoLogo',
  '-NoProfile',
  '-NonInteractive',
  '-Command',
  'Add-Type -AssemblyName System.Windows.Forms; [string][System.Windows.Forms.SystemInformation]::PowerStatus.PowerLineStatus',
];

const outputMsMax = 10_000;
const outputBytesMax = 64 * 1024;

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    const limits = { timeout: outputMsMax, maxBuffer: outputBytesMax, windowsHide: true } as const;
    return (await promisify(execFile)(program, [...args], limits)).stdout;
  } catch {
    return '';
  }
}
