/** A small file of each language, with what most files of it have. */
import type { Language } from '../../runtime/syntax/language.ts';

const typescript = `import { readFile } from 'node:fs/promises';
import * as path from 'node:path';

/** A point in the plane. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Pair = readonly [Point, Point];

/**
 * Counts words.
 */
@sealed
export class Counter<T> extends Base {
  #words = new Map<string, number>();

  // Adds one.
  @logged()
  add(word: string): void {
    const key = \`\${word.trim()}}\`;
    this.#words.set(key, (this.#words.get(key) ?? 0) + 1);
  }

  get size(): number {
    return this.#words.size;
  }
}

export const distance = ({ x, y }: Point): number => {
  if (x === 0) return y;
  return Math.hypot(x, y);
};

enum Color { Red, Green }

// Reads a file.
export async function read(name: string): Promise<string> {
  const pattern = /[}"']/g;
  try {
    return (await readFile(path.join('.', name), 'utf8')).replace(pattern, '');
  } catch {
    return '';
  }
}

read('a').then(console.log);
`;

export const sources: Readonly<Record<Language, string>> = {
  typescript,
  tsx: `${typescript}
export function View({ items }: Props) {
  return (
    <ul title="it's">
      {items.map((item) => <li key={item}>Don't {item}</li>)}
    </ul>
  );
}
`,
  javascript: `const fs = require('fs');

/** Adds. */
function add(a, b) {
  return a + b;
}

class Stack {
  items = [];
  push(item) { this.items.push(item); }
  // Takes one.
  pop() {
    return this.items.pop();
  }
}

module.exports = { add, Stack, re: /}/ };
`,
  python: `"""Module."""
import os
from typing import (
    Any,
)

LIMIT = 10


# A person.
@dataclass
class Person(Base):
    """Somebody."""

    name: str = "}"

    def greet(self, other: Any) -> str:
        """Says hello.

  Even here.
        """
        if other:
            return f"hello {other!r}"
        return 'hello'

    async def wait(self):
        pass


def main(
    count: int,
) -> None:
    for index in range(count):
        print(index)  # one


if __name__ == "__main__":
    main(LIMIT)
`,
  java: `package a.b;

import java.util.List;

/** Counts. */
@Deprecated
public class Counter<T> extends Base {
  private int count = 0;

  /** One more. */
  @Override
  public int next(List<T> items) throws Exception {
    String s = """
        }
        """;
    return ++count;
  }

  Counter() {}

  interface Listener { void on(int a); }
}

enum Color { RED, GREEN }

record Point(int x, int y) {}
`,
  c: `#include <stdio.h>
#ifndef A_H
#define A_H
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* A point. */
typedef struct {
  int x;
} point;
struct node {
  struct node *next;
};
enum color { RED, GREEN };

// Adds.
static int add(int a, int b) {
  char c = '}';
  return a + b;
}

int sub(int a, int b);
#endif
`,
  cpp: `#include <vector>
using namespace std;

namespace geometry {

/// A shape.
template <typename T>
class Shape : public Base {
 public:
  Shape() = default;
  virtual ~Shape() {}
  int area(int a) const { return a * 1'000; }
  bool operator==(const Shape& other) const;

 private:
  int size_ = 0;
};

// Sums up.
int sum(const vector<int>& v) {
  auto raw = R"x(})x";
  for (auto i : v) { total += i; }
  return total;
}

}  // namespace geometry

int geometry::Shape<int>::twice() { return 2; }
`,
  go: `// Package a does something.
package a

import (
	"fmt"
	h "net/http"
)

// Limit is large.
const Limit = 10

// Point is a place.
type Point struct {
	X, Y int
}

// Shape has an area.
type Shape interface {
	Area() float64
}

// Add adds.
func Add(a, b int) (int, error) {
	s := \`}\`
	return a + b, nil
}

// Move moves.
func (p *Point) Move(dx int) {
	p.X += dx // a little
}
`,
  rust: `//! A crate.
use std::{collections::HashMap, fmt};

/// A point.
#[derive(Debug, Clone)]
pub struct Point<'a> {
    x: &'a i32,
}

impl<'a> Point<'a> {
    /// Makes one.
    #[inline]
    pub fn new(x: &'a i32) -> Self {
        let raw = r#"}"#;
        Self { x }
    }
}

pub trait Shape {
    fn area(&self) -> f64;
}

enum Color { Red, Green }

mod inner {
    pub const MAX: i32 = 1;
}

macro_rules! twice {
    ($a:expr) => { $a; $a };
}

/* Starts /* all */ of it. */
fn main() {
    println!("{}", '}');
}
`,
  csharp: `using System;

namespace A.B
{
    /// <summary>Counts.</summary>
    [Serializable]
    public class Counter<T> : Base where T : new()
    {
        private int count = 0;

        public int Count { get; set; }

        public Counter() { }

        // One more.
        [Obsolete]
        public int Next(int step)
        {
            var s = $"{step}}}" + @"}";
            return count += step;
        }
    }

    interface IShape { double Area(); }
    enum Color { Red, Green }
    record Point(int X, int Y);
}
`,
};
