import { Octokit } from "@octokit/core";
import { describe, expect, it } from "vitest";

import { endpointsToMethods } from "../src/endpoints-to-methods.ts";

describe("the table of endpoints", () => {
  it("is there for the first instance and for the next", () => {
    for (const octokit of [new Octokit(), new Octokit()]) {
      const methods = endpointsToMethods(octokit);
      expect(typeof methods.issues.create).toBe("function");
      expect(methods.issues.create.endpoint({ owner: "a", repo: "b", title: "c" }).url).toMatch(
        "/repos/a/b/issues",
      );
    }
  });
});
