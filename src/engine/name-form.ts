/** What people may call things: instances, volumes, networks. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** What a name is made of, for messages. */
export const nameRule = "letters, digits, dots, dashes and underscores";

/** Whether a text can be a name: a file's, no path, and nothing that `:` or `,` would end. */
export function isName(text: string): boolean {
  return nameForm.test(text);
}
