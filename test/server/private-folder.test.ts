/** Who may read the home folder on Windows, by lists as icacls has saved them. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { strangersIn } from '../../runtime/client/access-list.ts';
import { Home } from '../../runtime/client/home.ts';
import { protocolVersion } from '../../runtime/protocol.ts';
import {
  type AccessLists,
  accessListsOf,
  keepPrivate,
  WindowsAccessLists,
} from '../../runtime/server/private-folder.ts';
import { publish } from '../../runtime/server/rendezvous.ts';

const me = 'S-1-5-21-1004336348-1177238915-682003330-1001';
const another = 'S-1-5-21-1004336348-1177238915-682003330-1002';

/** %LOCALAPPDATA%\\Punctual: everything is inherited from the profile. */
const inProfile = `Punctual\r\nD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;${me})\r\n`;
/** C:\\punctual, made by a user: those who are logged in inherit a right to change, and users one to read. */
const inRoot =
  'punctual\r\nD:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)(A;OICIID;0x1301bf;;;AU)\r\n';
const restricted = `punctual\r\nD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;${me})\r\n`;

class Recorded implements AccessLists {
  readonly restrictions: string[] = [];
  readonly #answers: string[];

  constructor(...answers: string[]) {
    this.#answers = answers;
  }

  sid(): Promise<string> {
    return Promise.resolve(me);
  }

  read(): Promise<string> {
    return Promise.resolve(this.#answers.shift() ?? 'asked once too often');
  }

  async restrict(folder: string, sid: string): Promise<void> {
    this.restrictions.push(`${folder} ${sid}`);
  }
}

describe('who else is on a list', () => {
  it.each([
    ['a folder of the profile', inProfile, []],
    ['a folder of the root of a disk', inRoot, ['BU', 'AU']],
    ['one that was restricted', restricted, []],
    ['one that another user was let into', restricted.replace('(A;OICI;FA;;;SY)', `(A;;FR;;;${another})`), [another]],
    ['one that somebody is kept out of', restricted.replace('D:PAI', `D:PAI(D;;FA;;;${another})`), []],
    ['one for everyone', 'x\r\nD:(A;;FA;;;WD)', ['WD']],
    ['one with a condition', 'x\r\nD:(XA;;FR;;;WD)', ['WD']],
    [
      'one whose condition has parentheses',
      `${restricted.trimEnd()}(XA;;FR;;;WD;(Member_of {SID(BA)}))\r\n`,
      ['everyone'],
    ],
    ['one with a list for auditors behind it', `${restricted.trimEnd()}S:AI(AU;SA;FA;;;WD)\r\n`, []],
    ['no list at all', 'x\r\nD:NO_ACCESS_CONTROL', ['everyone']],
    ['nothing that can be read', 'Zugriff verweigert', ['everyone']],
    ['nobody', 'x\r\nD:PAI', []],
  ])('when it is that of %s, then these are strangers', (_, sddl, strangers) => {
    expect(strangersIn(sddl, me)).toEqual(strangers);
  });
});

describe('keeping a folder private', () => {
  it('when it is private, then nothing is changed', async () => {
    const lists = new Recorded(inProfile);
    await keepPrivate('C:\\home', lists);
    expect(lists.restrictions).toEqual([]);
  });

  it('when others inherit a right, then they lose it', async () => {
    const lists = new Recorded(inRoot, restricted);
    await keepPrivate('C:\\punctual', lists);
    expect(lists.restrictions).toEqual([`C:\\punctual ${me}`]);
  });

  it('when somebody is on the list by name, then a sentence says so', async () => {
    const lists = new Recorded(inRoot, `x\r\nD:PAI(A;;FR;;;${another})`);
    await expect(keepPrivate('C:\\punctual', lists)).rejects.toThrow(
      `Others (${another}) may read C:\\punctual, where Punctual keeps its token: remove them`,
    );
  });

  it('when it cannot be kept private, then no token is written', async () => {
    const home = new Home(await mkdtemp(path.join(os.tmpdir(), 'punctual-private-')));
    try {
      const own = { pid: 1, port: 1, token: 't'.repeat(43), version: '1.2.3', protocol: protocolVersion };
      await expect(publish(home, own, new Recorded(inRoot, inRoot))).rejects.toThrow('Others (BU, AU) may read');
      expect(await readdir(home.folder)).toEqual([]);
    } finally {
      await rm(home.folder, { recursive: true, force: true });
    }
  });

  it('when the system is none with such lists, then modes do', () => {
    expect(accessListsOf('linux', {})).toBeUndefined();
    expect(accessListsOf('win32', { SystemRoot: 'C:\\Windows' })).toBeInstanceOf(WindowsAccessLists);
  });

  it.runIf(process.platform === 'win32')(
    'when Windows itself is asked, then a folder of a temporary folder is or becomes private (its programs are there only)',
    async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'punctual-private-'));
      try {
        const lists = new WindowsAccessLists(process.env['SystemRoot']);
        await keepPrivate(folder, lists);
        expect(strangersIn(await lists.read(folder), await lists.sid())).toEqual([]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
