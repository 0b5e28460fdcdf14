/** Which nodes of a grammar declare something, and what. */
import type { Language } from './language.ts';

export type DeclarationKind =
  | 'function'
  | 'method'
  | 'class'
  | 'interface'
  | 'enum'
  | 'type'
  | 'module'
  | 'variable'
  | 'import'
  /** What a file says at its top that declares nothing. */
  | 'statement';

export interface Declaring {
  readonly kinds: Readonly<Record<string, DeclarationKind>>;
  /** Nodes around a declaration that belong to it: exports, decorators, templates. */
  readonly wrappers: readonly string[];
  /** Nodes before a declaration that belong to it, as comments do. */
  readonly attributes: readonly string[];
}

const javaScriptKinds = {
  function_declaration: 'function',
  generator_function_declaration: 'function',
  class_declaration: 'class',
  method_definition: 'method',
  field_definition: 'variable',
  lexical_declaration: 'variable',
  variable_declaration: 'variable',
  using_declaration: 'variable',
  import_statement: 'import',
} as const;

const javaScript: Declaring = {
  kinds: javaScriptKinds,
  wrappers: ['export_statement'],
  attributes: ['decorator'],
};

const typeScript: Declaring = {
  kinds: {
    ...javaScriptKinds,
    abstract_class_declaration: 'class',
    interface_declaration: 'interface',
    enum_declaration: 'enum',
    type_alias_declaration: 'type',
    internal_module: 'module',
    module: 'module',
    function_signature: 'function',
    method_signature: 'method',
    abstract_method_signature: 'method',
    public_field_definition: 'variable',
    property_signature: 'variable',
  },
  wrappers: ['export_statement', 'ambient_declaration', 'expression_statement'],
  attributes: ['decorator'],
};

const cKinds = {
  function_definition: 'function',
  declaration: 'variable',
  field_declaration: 'variable',
  struct_specifier: 'class',
  union_specifier: 'class',
  enum_specifier: 'enum',
  type_definition: 'type',
  preproc_include: 'import',
  preproc_def: 'variable',
  preproc_function_def: 'function',
} as const;

export const declaringOf: Readonly<Record<Language, Declaring>> = {
  c: { kinds: cKinds, wrappers: [], attributes: [] },
  cpp: {
    kinds: {
      ...cKinds,
      class_specifier: 'class',
      namespace_definition: 'module',
      linkage_specification: 'module',
      alias_declaration: 'type',
      concept_definition: 'type',
      using_declaration: 'import',
      import_declaration: 'import',
    },
    wrappers: ['template_declaration', 'export_declaration'],
    attributes: [],
  },
  csharp: {
    kinds: {
      class_declaration: 'class',
      struct_declaration: 'class',
      record_declaration: 'class',
      interface_declaration: 'interface',
      enum_declaration: 'enum',
      delegate_declaration: 'type',
      namespace_declaration: 'module',
      file_scoped_namespace_declaration: 'module',
      method_declaration: 'method',
      constructor_declaration: 'method',
      destructor_declaration: 'method',
      operator_declaration: 'method',
      conversion_operator_declaration: 'method',
      indexer_declaration: 'method',
      property_declaration: 'variable',
      event_declaration: 'variable',
      event_field_declaration: 'variable',
      field_declaration: 'variable',
      local_function_statement: 'function',
      using_directive: 'import',
    },
    wrappers: ['global_statement'],
    attributes: [],
  },
  go: {
    kinds: {
      function_declaration: 'function',
      method_declaration: 'method',
      method_elem: 'method',
      type_declaration: 'type',
      const_declaration: 'variable',
      var_declaration: 'variable',
      field_declaration: 'variable',
      import_declaration: 'import',
    },
    wrappers: [],
    attributes: [],
  },
  java: {
    kinds: {
      class_declaration: 'class',
      record_declaration: 'class',
      interface_declaration: 'interface',
      annotation_type_declaration: 'interface',
      enum_declaration: 'enum',
      method_declaration: 'method',
      constructor_declaration: 'method',
      compact_constructor_declaration: 'method',
      annotation_type_element_declaration: 'method',
      field_declaration: 'variable',
      constant_declaration: 'variable',
      import_declaration: 'import',
    },
    wrappers: [],
    attributes: [],
  },
  javascript: javaScript,
  python: {
    kinds: {
      function_definition: 'function',
      class_definition: 'class',
      type_alias_statement: 'type',
      assignment: 'variable',
      import_statement: 'import',
      import_from_statement: 'import',
      future_import_statement: 'import',
    },
    wrappers: ['decorated_definition', 'expression_statement'],
    attributes: [],
  },
  rust: {
    kinds: {
      function_item: 'function',
      function_signature_item: 'function',
      macro_definition: 'function',
      struct_item: 'class',
      union_item: 'class',
      impl_item: 'class',
      trait_item: 'interface',
      enum_item: 'enum',
      type_item: 'type',
      associated_type: 'type',
      mod_item: 'module',
      const_item: 'variable',
      static_item: 'variable',
      field_declaration: 'variable',
      use_declaration: 'import',
      extern_crate_declaration: 'import',
    },
    wrappers: [],
    attributes: ['attribute_item'],
  },
  tsx: typeScript,
  typescript: typeScript,
};
