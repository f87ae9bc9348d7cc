/**
 * Where the packages of providers connect to by themselves, when neither the catalogue nor a configuration says where. A host
 * that begins with a dot stands for all below it: regions and names of customers come first.
 */
export const PACKAGE_HOSTS: Readonly<Record<string, readonly string[] | undefined>> = {
  "@ai-sdk/alibaba": [".aliyuncs.com"],
  "@ai-sdk/amazon-bedrock": [".amazonaws.com", ".api.aws"],
  "@ai-sdk/anthropic": ["api.anthropic.com"],
  "@ai-sdk/azure": [".azure.com"],
  "@ai-sdk/cerebras": ["api.cerebras.ai"],
  "@ai-sdk/cohere": ["api.cohere.com"],
  "@ai-sdk/deepinfra": ["api.deepinfra.com"],
  "@ai-sdk/deepseek": ["api.deepseek.com"],
  "@ai-sdk/gateway": ["ai-gateway.vercel.sh"],
  "@ai-sdk/github-copilot": ["api.githubcopilot.com"],
  "@ai-sdk/google": ["generativelanguage.googleapis.com"],
  "@ai-sdk/google-vertex": [".googleapis.com"],
  "@ai-sdk/groq": ["api.groq.com"],
  "@ai-sdk/mistral": ["api.mistral.ai"],
  // Who signed in to ChatGPT is sent there.
  "@ai-sdk/openai": ["api.openai.com", "chatgpt.com"],
  "@ai-sdk/perplexity": ["api.perplexity.ai"],
  "@ai-sdk/togetherai": ["api.together.xyz"],
  "@ai-sdk/vercel": ["api.v0.dev"],
  "@ai-sdk/xai": ["api.x.ai"],
  "@aihubmix/ai-sdk-provider": ["aihubmix.com"],
  "@gitlab/gitlab-ai-provider": ["gitlab.com", "cloud.gitlab.com"],
  "@openrouter/ai-sdk-provider": ["openrouter.ai"],
  "ai-gateway-provider": ["gateway.ai.cloudflare.com"],
  "gitlab-ai-provider": ["gitlab.com", "cloud.gitlab.com"],
  "venice-ai-sdk-provider": ["api.venice.ai"],
}

/** @param npm the package, perhaps with a version, or a file of it behind a slash */
export function hostsOfPackage(npm: string): readonly string[] | undefined {
  const [name = npm] = /^(@[^/]+\/)?[^/@]+/.exec(npm) ?? []
  return Object.hasOwn(PACKAGE_HOSTS, name) ? PACKAGE_HOSTS[name] : undefined
}
