/** A git repository without a commit whose origin is at GitHub. */
export const githubCheckout = {
  ".git/HEAD": "ref: refs/heads/main\n",
  ".git/config": '[remote "origin"]\n\turl = https://github.com/someone/something.git\n',
  ".git/objects/info/keep": "",
  ".git/refs/heads/keep": "",
}

/** The project's opencode.json with these settings. */
export function settings(values: object): Record<string, string> {
  return { "opencode.json": JSON.stringify(values) }
}
