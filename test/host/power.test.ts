/** Battery or mains: what machines say, as folders and programs that stand in for theirs. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PowerPlaces,
  type PowerSource,
  type PowerSupply,
  powerOfLineStatus,
  powerOfPmset,
  powerOfSupplies,
  powerPlaces,
  readPower,
  watchPower,
} from '../../runtime/host/power.ts';
import { ManualTimer } from './manual-timer.ts';

const supply = (type: string, rest: Partial<PowerSupply> = {}): PowerSupply => ({
  type,
  scope: '',
  online: '',
  status: '',
  ...rest,
});
const battery = (status: string): PowerSupply => supply('Battery', { status, scope: 'System' });
const adapter = (online: string): PowerSupply => supply('Mains', { online });
const usb = (online: string): PowerSupply => supply('USB', { online });
const mouse = supply('Battery', { status: 'Discharging', scope: 'Device' });

describe('power by the supplies that Linux lists', () => {
  it.each<[string, readonly PowerSupply[] | undefined, PowerSource]>([
    ['a laptop without its adapter', [adapter('0'), battery('Discharging')], 'battery'],
    ['a laptop that charges', [adapter('1'), battery('Charging')], 'mains'],
    ['a full laptop with its adapter', [adapter('1'), battery('Full')], 'mains'],
    ['a laptop that stops charging at 80 %', [adapter('1'), battery('Not charging')], 'mains'],
    ['a weak adapter, so that the battery drains all the same', [adapter('1'), battery('Discharging')], 'mains'],
    ['two batteries, of which one rests', [adapter('0'), battery('Not charging'), battery('Discharging')], 'battery'],
    ['a laptop that charges by USB and lists no adapter', [usb('1'), battery('Charging')], 'mains'],
    ['a laptop that feeds a telephone by USB', [usb('1'), battery('Discharging')], 'battery'],
    ['a laptop on USB power with a full battery', [usb('1'), usb('0'), battery('Unknown')], 'mains'],
    ['a battery that does not know, without an adapter', [adapter('0'), battery('Unknown')], 'battery'],
    ['a battery that does not know, and nothing else', [battery('Unknown')], 'unknown'],
    ['a full battery, and nothing else', [battery('Full')], 'mains'],
    ['a tablet whose only supply discharges', [battery('Discharging')], 'battery'],
    ['a desktop', [], 'mains'],
    ['a desktop with a wireless mouse', [mouse], 'mains'],
    ['a laptop with a wireless mouse', [adapter('1'), battery('Full'), mouse], 'mains'],
    ['a desktop behind a UPS that feeds it', [supply('UPS', { status: 'Discharging' })], 'battery'],
    ['a desktop behind a UPS that rests', [supply('UPS', { status: 'Full' })], 'mains'],
    ['an adapter that is offline, and no battery', [adapter('0')], 'unknown'],
    ['a supply that answers nothing', [supply('')], 'unknown'],
    ['a folder that cannot be read', undefined, 'unknown'],
  ])('when it is %s, then the answer is right', (_, supplies, expected) => {
    expect(powerOfSupplies(supplies)).toBe(expected);
    expect(powerOfSupplies(supplies && [...supplies].reverse()), 'in any order').toBe(expected);
  });
});

describe('power by what macOS and Windows print', () => {
  it.each<[string, PowerSource]>([
    ["Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t97%; charged; 0:00 remaining present: true\n", 'mains'],
    ["Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t97%; discharging; (no estimate)\n", 'battery'],
    ["Now drawing from 'UPS Power'\n", 'battery'],
    ["Now drawing from 'AC Power'\n", 'mains'],
    ["Now drawing from 'Off Line'\n", 'unknown'],
    ['AC attached', 'unknown'],
    ['', 'unknown'],
  ])('when pmset prints %j, then it is %s', (output, expected) => {
    expect(powerOfPmset(output)).toBe(expected);
  });

  it.each<[string, PowerSource]>([
    ['Online\r\n', 'mains'],
    ['Offline\r\n', 'battery'],
    ['Unknown\r\n', 'unknown'],
    ['', 'unknown'],
    ['Add-Type : Cannot add type.', 'unknown'],
  ])('when PowerShell prints %j, then it is %s', (output, expected) => {
    expect(powerOfLineStatus(output)).toBe(expected);
  });
});

describe('power of a machine', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'punctual-power-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const places = (platform: NodeJS.Platform): PowerPlaces => ({
    platform,
    suppliesFolder: path.join(root, 'power_supply'),
    pmset: path.join(root, 'pmset'),
    powershell: path.join(root, 'powershell'),
  });

  async function writeSupply(name: string, properties: Readonly<Record<string, string>>): Promise<void> {
    const folder = path.join(root, 'power_supply', name);
    await mkdir(folder, { recursive: true });
    for (const [property, value] of Object.entries(properties))
      await writeFile(path.join(folder, property), `${value}\n`);
  }

  async function writeProgram(name: string, lines: readonly string[]): Promise<void> {
    const file = path.join(root, name);
    await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'));
    await chmod(file, 0o755);
  }

  it('when Linux names its adapter and battery as no one expects, then they are found all the same', async () => {
    await writeSupply('ADP1', { type: 'Mains', online: '0' });
    await writeSupply('CMB0', { type: 'Battery', status: 'Discharging' });
    expect(await readPower(places('linux'))).toBe('battery');
    await writeSupply('ADP1', { type: 'Mains', online: '1' });
    expect(await readPower(places('linux'))).toBe('mains');
  });

  it('when Linux has no such folder, then it is unknown', async () => {
    expect(await readPower(places('linux'))).toBe('unknown');
  });

  it('when the folder holds something else, then nothing is thrown', async () => {
    await mkdir(path.join(root, 'power_supply'));
    await writeFile(path.join(root, 'power_supply', 'stray'), 'not a folder');
    expect(await readPower(places('linux'))).toBe('unknown');
  });

  it('when the platform is another one, then it is unknown', async () => {
    expect(await readPower(places('freebsd'))).toBe('unknown');
  });

  it('when a program of the system is missing, then it is unknown', async () => {
    expect(await readPower(places('darwin'))).toBe('unknown');
    expect(await readPower(places('win32'))).toBe('unknown');
  });

  // The programs that stand in are shell scripts, which Windows does not run.
  it.skipIf(process.platform === 'win32')('when pmset is asked, then for its battery', async () => {
    await writeProgram('pmset', [`[ "$*" = "-g batt" ] && echo "Now drawing from 'Battery Power'"`]);
    expect(await readPower(places('darwin'))).toBe('battery');
  });

  // As above.
  it.skipIf(process.platform === 'win32')(
    'when PowerShell is asked, then without a profile or a question',
    async () => {
      await writeProgram('powershell', [
        'case "$*" in *-NoProfile*-NonInteractive*PowerLineStatus*) echo Offline;; *) echo Online;; esac',
      ]);
      expect(await readPower(places('win32'))).toBe('battery');
    },
  );

  // As above.
  it.skipIf(process.platform === 'win32')('when the program fails, then what it printed does not count', async () => {
    await writeProgram('pmset', [`echo "Now drawing from 'Battery Power'"`, 'exit 3']);
    expect(await readPower(places('darwin'))).toBe('unknown');
  });

  it('when it is watched, then it asks once a minute, and Windows every five', async () => {
    await writeSupply('BAT0', { type: 'Battery', status: 'Discharging' });
    for (const [platform, everyMs, source] of [
      ['linux', 60_000, 'battery'],
      ['win32', 300_000, 'unknown'],
    ] as const) {
      const clock = new ManualTimer();
      const watch = watchPower(places(platform), clock.timer);
      expect(watch.value).toBe('unknown');
      await watch.start();
      expect(watch.value).toBe(source);
      expect(clock.waitingMs).toEqual([everyMs]);
      watch.dispose();
    }
  });

  it('when this machine is asked, then it has an answer', async () => {
    expect(['battery', 'mains', 'unknown']).toContain(await readPower(powerPlaces(process.platform)));
  });

  it('when Windows is elsewhere, then its own PowerShell is the one that is asked', () => {
    expect(powerPlaces('win32', 'D:\\Win').powershell).toBe(
      'D:\\Win\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    );
  });
});
