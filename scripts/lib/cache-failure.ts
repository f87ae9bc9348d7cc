import { Failure } from "./errors.ts"

/** Turns the file system's error on the folder `cache` into a Failure, and gives any other error back as it is. */
export function explainCacheFailure(error: unknown, cache: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (/^(ENOSPC|EDQUOT)$/.test(code ?? "")) {
    return new Failure(
      {
        what: `The disk of the cache ${cache} is full`,
        why: message,
        next: `make room (df -h ${cache}), or use another disk: npm run build -- --cache FOLDER`,
      },
      { cause: error },
    )
  }
  if (/^(EACCES|EPERM|EROFS|EISDIR|ENOTDIR|ENOTEMPTY|EEXIST)$/.test(code ?? "")) {
    return new Failure(
      {
        what: `The cache ${cache} cannot be used`,
        why: message,
        next: `see who owns it (ls -ld ${cache}), or use another folder: npm run build -- --cache FOLDER`,
      },
      { cause: error },
    )
  }
  return error
}
