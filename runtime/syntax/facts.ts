/** What the node types of a grammar mean, for the questions that are asked here of every language alike. */
import type { Language } from './language.ts';

export interface Facts {
  /** What shows where a block ends. */
  readonly blocks: 'braces' | 'indentation';
  readonly comments: readonly string[];
  /** Nodes whose text is no code: strings, characters, regular expressions, text between tags, what the preprocessor passes on. */
  readonly strings: readonly string[];
  /** Code inside of strings. */
  readonly interpolations: readonly string[];
  readonly identifiers: readonly string[];
  /** How a comment to the end of the line begins. */
  readonly lineComment: '//' | '#';
  /** Marks that begin a string which ends with its line, or goes on over lines. */
  readonly quotes: { readonly line: readonly string[]; readonly lines: readonly string[] };
  /** Bodies whose parts are declarations with bodies of their own. */
  readonly memberLists: readonly string[];
  /** Whether what stands at the top of a file is always a declaration. */
  readonly topLevelDeclares: boolean;
}

const ecmaScript = {
  quotes: { line: ['"', "'"], lines: ['`'] },
  blocks: 'braces',
  comments: ['comment', 'html_comment', 'hash_bang_line'],
  strings: ['string', 'template_string', 'regex', 'jsx_text'],
  interpolations: ['template_substitution'],
  lineComment: '//',
  memberLists: ['class_body'],
  topLevelDeclares: false,
} as const;

const ecmaIdentifiers = [
  'identifier',
  'private_property_identifier',
  'property_identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
  'statement_identifier',
] as const;

const typeScript: Facts = {
  ...ecmaScript,
  strings: [...ecmaScript.strings, 'template_literal_type'],
  interpolations: [...ecmaScript.interpolations, 'template_type'],
  identifiers: [...ecmaIdentifiers, 'type_identifier'],
};

const cStrings = ['string_literal', 'char_literal', 'system_lib_string', 'preproc_arg'] as const;
const doubleQuotes = { line: ['"'], lines: [] } as const;
const cIdentifiers = ['identifier', 'field_identifier', 'statement_identifier', 'type_identifier'] as const;

export const factsOf: Readonly<Record<Language, Facts>> = {
  c: {
    blocks: 'braces',
    comments: ['comment'],
    strings: cStrings,
    interpolations: [],
    identifiers: cIdentifiers,
    lineComment: '//',
    quotes: doubleQuotes,
    memberLists: [],
    topLevelDeclares: true,
  },
  cpp: {
    blocks: 'braces',
    comments: ['comment'],
    strings: [...cStrings, 'raw_string_literal'],
    interpolations: [],
    identifiers: [...cIdentifiers, 'namespace_identifier'],
    lineComment: '//',
    quotes: doubleQuotes,
    memberLists: ['field_declaration_list', 'declaration_list'],
    topLevelDeclares: true,
  },
  csharp: {
    blocks: 'braces',
    comments: ['comment', 'shebang_directive'],
    strings: [
      'string_literal',
      'character_literal',
      'verbatim_string_literal',
      'raw_string_literal',
      'interpolated_string_expression',
      'preproc_arg',
    ],
    interpolations: ['interpolation'],
    identifiers: ['identifier'],
    lineComment: '//',
    quotes: { line: ['"'], lines: ['"""'] },
    memberLists: ['declaration_list'],
    topLevelDeclares: true,
  },
  go: {
    blocks: 'braces',
    comments: ['comment'],
    strings: ['interpreted_string_literal', 'raw_string_literal', 'rune_literal'],
    interpolations: [],
    identifiers: ['identifier', 'field_identifier', 'package_identifier', 'type_identifier'],
    lineComment: '//',
    quotes: { line: ['"'], lines: ['`'] },
    memberLists: [],
    topLevelDeclares: true,
  },
  java: {
    blocks: 'braces',
    comments: ['line_comment', 'block_comment'],
    strings: ['string_literal', 'character_literal'],
    interpolations: ['string_interpolation'],
    identifiers: ['identifier', 'type_identifier'],
    lineComment: '//',
    quotes: { line: ['"'], lines: ['"""'] },
    memberLists: ['class_body', 'interface_body', 'enum_body_declarations'],
    topLevelDeclares: true,
  },
  javascript: { ...ecmaScript, identifiers: ecmaIdentifiers },
  python: {
    blocks: 'indentation',
    comments: ['comment'],
    strings: ['string'],
    interpolations: ['interpolation'],
    identifiers: ['identifier'],
    lineComment: '#',
    quotes: { line: ['"', "'"], lines: ['"""', "'''"] },
    memberLists: [],
    topLevelDeclares: false,
  },
  rust: {
    blocks: 'braces',
    comments: ['line_comment', 'block_comment', 'shebang'],
    strings: ['string_literal', 'raw_string_literal', 'char_literal'],
    interpolations: [],
    identifiers: ['identifier', 'field_identifier', 'shorthand_field_identifier', 'type_identifier'],
    lineComment: '//',
    quotes: { line: [], lines: ['"'] },
    memberLists: ['declaration_list'],
    topLevelDeclares: true,
  },
  tsx: typeScript,
  typescript: typeScript,
};
