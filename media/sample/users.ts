export interface User {
  id: number;
  name: string;
  email: string;
}

const users: User[] = [];

export function addUser(user: User): void {
  users.push(user);
}

export function getUserById(id: number): User | undefined {
  return users.find((user) => user.id === id);
}

export function getUserName(user: User): string {
  return user.name;
}

export function isEmpty(value: string): boolean {
  return value.length === 0;
}
