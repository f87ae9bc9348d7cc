/**
 * The hosts that upstream's 1.3.0 was measured to try before this project was begun. A registry is known by its first
 * label: which one it is, is for npm's configuration to say.
 */
export const HOSTS_OF_STOCK: { label: string; pattern: RegExp }[] = [
  { label: "models.dev", pattern: /^models\.dev$/ },
  { label: "the npm registry", pattern: /^registry\./ },
  { label: "github.com", pattern: /^github\.com$/ },
  { label: "app.opencode.ai", pattern: /^app\.opencode\.ai$/ },
]
