import os
import sys


class Person:
    def __init__(self, name, age):
        self.name = name
        self.age = age

    def greet(self):
        return "Hello " + self.name


def read_file(path):
    with open(path, "r") as f:
        return f.read()


def count_people(people, limit):
    count = 0
    for person in people:
        if person.age > limit:
            count += 1
    return count


if __name__ == "__main__":
    print(count_people([], 0))
