/** Whether a client believes a rendezvous file on Windows, by lists as Get-Acl writes them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOwn, ownerOf } from '../../runtime/client/access-list.ts';
import { Home } from '../../runtime/client/home.ts';
import { readRendezvous } from '../../runtime/client/rendezvous.ts';
import {
  WindowsItself,
  type WindowsOwners,
  WindowsPrivacy,
  windowsPrivacyOf,
} from '../../runtime/client/windows-privacy.ts';
import { protocolVersion } from '../../runtime/protocol.ts';

const me = 'S-1-5-21-1004336348-1177238915-682003330-1001';
const another = 'S-1-5-21-1004336348-1177238915-682003330-1002';
const group = 'G:S-1-5-21-1004336348-1177238915-682003330-513';

/** A folder outside of the profile that the runtime has restricted, and a file in it. */
const folderList = `O:${me}${group}D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;${me})`;
const fileList = `O:${me}${group}D:AI(A;ID;FA;;;SY)(A;ID;FA;;;${me})`;
/** C:\\punctual as it is made by itself. */
const openList = `O:${me}${group}D:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)`;
const ofAnother = (list: string): string => list.replace(`O:${me}`, `O:${another}`);

class Recorded implements WindowsOwners {
  reads = 0;
  readonly #lists: readonly string[] | Error;
  readonly #real: ReadonlyMap<string, string>;

  constructor(lists: readonly string[] | Error, real: Readonly<Record<string, string>> = {}) {
    this.#lists = lists;
    this.#real = new Map(Object.entries(real));
  }

  profile(): string {
    return 'C:\\Users\\me';
  }

  realPath(place: string): Promise<string> {
    return Promise.resolve(this.#real.get(place) ?? place);
  }

  sid(): Promise<string> {
    return Promise.resolve(me);
  }

  read(): Promise<readonly string[]> {
    this.reads += 1;
    return this.#lists instanceof Error ? Promise.reject(this.#lists) : Promise.resolve(this.#lists);
  }
}

const usual = 'C:\\Users\\me\\AppData\\Local\\Punctual';
const elsewhere = 'D:\\punctual';
const believes = (owners: Recorded, folder: string): Promise<boolean> =>
  new WindowsPrivacy(owners).isPrivate(path.win32.join(folder, 'runtime.json'));

describe('whose it is', () => {
  it.each([
    ['of a user', fileList, me],
    ['of administrators', `O:BA${group}D:`, 'BA'],
    ['without a group', `O:${me}D:PAI`, me],
    ['that is not said', 'D:PAI(A;;FA;;;SY)', undefined],
    ['that is no list', 'Get-Acl : Zugriff verweigert', undefined],
  ])('when it is that %s, then that is the owner', (_, sddl, owner) => {
    expect(ownerOf(sddl)).toBe(owner);
  });

  it.each([
    ['a restricted folder', folderList, true],
    ['a file in it', fileList, true],
    ['a file that an administrator has made', fileList.replace(`O:${me}`, 'O:BA'), true],
    ['one that others may write', openList, false],
    ['one of another user, who lets only me', ofAnother(fileList), false],
    ['nobody', fileList.replace(`O:${me}`, ''), false],
    ['no list', `O:${me}${group}D:NO_ACCESS_CONTROL`, false],
  ])('when it is %s, then it is mine or not', (_, sddl, isMine) => {
    expect(isOwn(sddl, me)).toBe(isMine);
  });
});

describe('the rendezvous file on Windows', () => {
  it('when it lies in the profile, then it is believed, and no program is asked', async () => {
    const owners = new Recorded([]);
    expect(await believes(owners, usual)).toBe(true);
    expect(await believes(new Recorded([]), usual.toUpperCase())).toBe(true);
    expect(owners.reads).toBe(0);
  });

  it.each([
    ['a restricted folder', [folderList, fileList], true],
    ['a folder that others may write', [openList, fileList], false],
    ['a folder of another user', [ofAnother(folderList), fileList], false],
    ['a restricted folder, but was planted before', [folderList, ofAnother(fileList)], false],
    ['a folder of which less is said than was asked', [folderList], false],
    ['a folder of which nothing is said', [], false],
  ])('when it lies elsewhere, in %s, then that decides', async (_, lists, isBelieved) => {
    expect(await believes(new Recorded(lists), elsewhere)).toBe(isBelieved);
  });

  it.each([
    ['a link that leads out of the profile', usual, { [usual]: elsewhere }],
    ['the profile itself', 'C:\\Users\\me', {}],
    ['the profile of somebody else', 'C:\\Users\\menace\\Punctual', {}],
    ['a profile that is another one by its links', 'C:\\Users\\me\\x', { 'C:\\Users\\me': 'D:\\profiles\\me' }],
  ])('when it lies in %s, then Windows is asked', async (_, folder, real) => {
    const owners = new Recorded([openList, openList], real);
    expect(await believes(owners, folder)).toBe(false);
    expect(owners.reads).toBe(1);
  });

  it('when Windows does not answer, then it is not believed', async () => {
    expect(await believes(new Recorded(new Error('powershell.exe: ENOENT')), elsewhere)).toBe(false);
  });

  it('when a folder was found to be private, then it is not asked about again, and one that was not is', async () => {
    for (const [lists, reads] of [
      [[folderList, fileList], 1],
      [[openList, fileList], 2],
    ] as const) {
      const owners = new Recorded(lists);
      const privacy = new WindowsPrivacy(owners);
      for (let time = 0; time < 2; time += 1) await privacy.isPrivate(`${elsewhere}\\runtime.json`);
      expect(owners.reads).toBe(reads);
    }
  });

  it('when it is not believed, then there is no runtime', async () => {
    const home = new Home(await mkdtemp(path.join(os.tmpdir(), 'punctual-windows-')));
    try {
      const own = { pid: 1, port: 1, token: 't'.repeat(43), version: '1.2.3', protocol: protocolVersion };
      await writeFile(home.rendezvousFile, JSON.stringify(own), { mode: 0o600 });
      expect(await readRendezvous(home, { isPrivate: async () => true })).toEqual(own);
      expect(await readRendezvous(home, { isPrivate: async () => false })).toBeUndefined();
    } finally {
      await rm(home.folder, { recursive: true, force: true });
    }
  });

  it('when the system is none with such lists, then modes do', () => {
    expect(windowsPrivacyOf('linux', {})).toBeUndefined();
    expect(windowsPrivacyOf('win32', { SystemRoot: 'C:\\Windows' })).toBeInstanceOf(WindowsPrivacy);
  });

  it.runIf(process.platform === 'win32')(
    'when Windows itself is asked, then it says whose a folder is (its programs are there only)',
    async () => {
      const owners = new WindowsItself(process.env);
      const [sid, lists] = await Promise.all([owners.sid(), owners.read([os.tmpdir(), os.homedir()])]);
      expect(sid).toMatch(/^S-1-/);
      expect(lists.map((list) => typeof ownerOf(list))).toEqual(['string', 'string']);
    },
  );
});
