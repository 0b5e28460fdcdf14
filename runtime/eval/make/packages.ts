/**
 * The packages that cases are cut from: permissively licensed, written by hand, and none of them (nor a fork, nor something that one of
 * them bundles) is in media/models/SOURCES.json. From npm what ships its sources, from Debian the upstream sources.
 */
import type { SourcePackage } from '../cases.ts';
import type { Language } from '../languages.ts';

export interface WantedPackage extends Pick<SourcePackage, 'ecosystem' | 'name' | 'version' | 'language'> {
  /** Folders that may be taken; default: all. */
  readonly folders?: readonly string[];
}

function npm(language: Language, list: readonly string[]): WantedPackage[] {
  return wanted('npm', language, list);
}

function debian(language: Language, list: readonly string[]): WantedPackage[] {
  return wanted('debian', language, list);
}

/** @param list `name@version`, with the folders that may be taken behind it. */
function wanted(ecosystem: SourcePackage['ecosystem'], language: Language, list: readonly string[]): WantedPackage[] {
  return list.map((line) => {
    const [named = '', ...folders] = line.split(' ');
    const at = named.lastIndexOf('@');
    const [name, version] = [named.slice(0, at), named.slice(at + 1)];
    return { ecosystem, name, version, language, ...(folders.length > 0 && { folders }) };
  });
}

export const wantedPackages: readonly WantedPackage[] = [
  ...npm('typescript', [
    '@msgpack/msgpack@3.1.3 src',
    'wonka@6.3.6 src',
    'chevrotain@11.2.0 src',
    'graphql-request@7.4.0 src',
    'true-myth@9.4.0 src',
    'react-native-device-info@15.0.2 src',
    '@react-native-async-storage/async-storage@3.1.1 src',
    '@react-native-community/netinfo@12.0.1 src',
    'react-native-mmkv@4.3.2 src',
    'react-native-maps@1.29.11 src',
    '@gorhom/bottom-sheet@5.2.14 src',
    '@shopify/flash-list@2.3.2 src',
  ]),
  ...npm('javascript', [
    '@hapi/hapi@21.4.10 lib',
    'pg@8.23.1 lib',
    'karma@6.4.4 lib',
    'grunt@1.6.3 lib',
    'archiver@8.0.0 lib',
    'bull@4.16.5 lib',
    'exceljs@4.4.0 lib',
    'ssh2@1.17.0 lib',
    'restify@11.1.0 lib',
    'faye-websocket@0.11.4 lib',
    'better-sqlite3@12.11.1 lib',
  ]),
  ...debian('python', [
    'python3-cherrypy3@18.8.0-2',
    'python3-whoosh@2.7.4+git6-g9134ad92-7',
    'python3-scrapy@2.8.0-2',
    'python3-cerberus@1.3.2-2',
    'python3-kazoo@2.8.0-2',
    'python3-rq@1.13.0-1',
    'python3-mido@1.2.10-1',
    'python3-aiosmtpd@1.4.3-1.1+deb12u1',
    'python3-falcon@3.1.1-1+b1',
  ]),
  ...debian('java', [
    'jsoup@1.15.3-1',
    'jackson-core@2.14.1-2~deb12u1',
    'hikaricp@2.7.9-1',
    'libokhttp-java@3.13.1-3',
    'jcommander@1.71-4',
    'libjavapoet-java@1.13.0-1',
    'libslf4j-java@1.7.32-1',
  ]),
  ...debian('c', [
    'libyaml@0.2.5-1',
    'yajl@2.1.0-3+deb12u2',
    'tmux@3.3a-3',
    'civetweb@1.15+dfsg-4',
    'nghttp2@1.52.0-1+deb12u3 lib',
    'libevent@2.1.12-stable-8+deb12u1',
    'libmaxminddb@1.7.1-1',
    'cmark@0.30.2-6',
  ]),
  ...debian('cpp', [
    'leveldb@1.23-4',
    'libjsoncpp@1.9.5-4',
    'ninja-build@1.11.1-2~deb12u1',
    're2@20220601+dfsg-1',
    'google-glog@0.6.0-2',
    'box2d@2.4.1-3',
    'spdlog@1:1.10.0+ds-0.4',
    'snappy@1.1.9-3',
  ]),
  ...debian('go', [
    'golang-github-urfave-cli@1.22.9-2',
    'golang-github-labstack-echo@4.2.1-3',
    'golang-logrus@1.9.0-1',
    'golang-github-spf13-viper@1.10.1-1',
    'golang-testify@1.8.1-1',
    'golang-toml@1.2.0-2',
    'golang-github-gorilla-websocket@1.5.0-2',
    'golang-fsnotify@1.6.0-2',
  ]),
  ...debian('rust', [
    'librust-nom-dev@7.1.1-1',
    'librust-url-dev@2.3.1-1',
    'librust-hyper-dev@0.14.19-1',
    'librust-petgraph-dev@0.6.2-1',
    'librust-image-dev@0.24.3-1',
    'librust-csv-dev@1.1.6-1',
    'librust-chrono-dev@0.4.23-2',
    'librust-pulldown-cmark-dev@0.9.2-1+b2',
    'librust-h2-dev@0.3.13-2',
    'librust-tera-dev@1.17.1-1',
  ]),
];
