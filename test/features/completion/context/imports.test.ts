import { describe, expect, it } from 'vitest';
import { importedPath } from '../../../../runtime/features/completion/context/imports.ts';
import type { Language } from '../../../../runtime/syntax/language.ts';

describe('an import', () => {
  it.each<[Language, string, string[], string, string | undefined]>([
    ['typescript', './cart.ts', [], 'src/shop/main.ts', 'src/shop/cart.ts'],
    ['typescript', './cart.js', [], 'src/shop/main.ts', 'src/shop/cart.ts'],
    ['typescript', './cart', [], 'src/shop/main.ts', 'src/shop/cart.ts'],
    ['typescript', '../money', [], 'src/shop/main.ts', 'src/money/index.ts'],
    ['tsx', '@/shop/view', [], 'src/main.tsx', 'src/shop/view.tsx'],
    ['typescript', 'shop/cart', [], 'src/main.ts', 'src/shop/cart.ts'],
    ['typescript', 'cart', [], 'src/main.ts', undefined],
    ['typescript', '@scope/cart', [], 'src/main.ts', undefined],
    ['typescript', './absent', [], 'src/main.ts', undefined],
    ['typescript', '../../../etc/passwd', [], 'src/main.ts', undefined],
    ['javascript', './main.ts', [], 'src/shop/main.ts', undefined],
    ['python', 'shop.models', ['Cart'], 'app/views.py', 'app/shop/models.py'],
    ['python', '.models', ['Cart'], 'app/shop/views.py', 'app/shop/models.py'],
    ['python', '..util', [], 'app/shop/views.py', 'app/util.py'],
    ['python', 'shop', ['models'], 'app/views.py', 'app/shop/models.py'],
    ['python', '.', ['models'], 'app/shop/views.py', 'app/shop/models.py'],
    ['python', 'numpy', ['array'], 'app/views.py', undefined],
    ['java', 'org.shop.Cart', ['Cart'], 'src/org/shop/Main.java', 'src/org/shop/Cart.java'],
    ['java', 'org.shop.Cart.price', ['price'], 'src/org/shop/Main.java', 'src/org/shop/Cart.java'],
    ['java', 'org.shop', ['*'], 'src/org/shop/Main.java', undefined],
    ['c', 'list.h', [], 'lib/list.c', 'lib/list.h'],
    ['cpp', 'lib/list.h', [], 'app/main.cpp', 'lib/list.h'],
    ['c', 'stdio.h', [], 'lib/list.c', undefined],
    ['go', 'example.com/shop/pricing', ['pricing'], 'main.go', 'pricing/tax.go'],
    ['go', 'fmt', ['fmt'], 'main.go', undefined],
    ['rust', 'crate::store::Shelf', ['Shelf'], 'rs/main.rs', 'rs/store.rs'],
    ['rust', 'crate::net::socket::open', ['open'], 'rs/main.rs', 'rs/net/socket.rs'],
    ['rust', 'std::store', ['store'], 'rs/main.rs', undefined],
    ['csharp', 'Shop.Models', ['*'], 'Main.cs', undefined],
  ])('when %s says %s %j in %s, then it means %s', (language, module, names, from, expected) => {
    const paths = [
      'src/shop/cart.ts',
      'src/shop/main.ts',
      'src/money/index.ts',
      'src/shop/view.tsx',
      'app/shop/models.py',
      'app/util.py',
      'src/org/shop/Cart.java',
      'lib/list.h',
      'pricing/tax.go',
      'rs/store.rs',
      'rs/net/socket.rs',
    ];
    expect(importedPath({ module, names }, language, from, paths)).toBe(expected);
  });
});
