/** @file The tarball of the package, made and looked into. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** A packed package, and a folder with its files. */
export interface Tarball {
  readonly path: string;
  /** The files, as they are installed. */
  readonly folder: string;
  /** Size of the tarball, bytes. */
  readonly bytes: number;
  /** Size that it would have without the demo model. */
  readonly bytesWithoutDemo: number;
}

/** Packs the package at `root`, which builds it. @param work an empty folder */
export async function pack(root: string, work: string): Promise<Tarball> {
  await execa("npm", ["pack", "--pack-destination", work], { cwd: root });
  const path = join(work, readdirSync(work).find((name) => name.endsWith(".tgz"))!);
  await execa("tar", ["xzf", path, "-C", work]);
  const folder = join(work, "package");
  const slim = join(work, "slim.tar.gz");
  await execa("tar", ["czf", slim, "-C", work, "--exclude=package/golden", "package"]);
  const [bytes, bytesWithoutDemo] = [path, slim].map((file) => statSync(file).size);
  await rm(slim);
  return { path, folder, bytes: bytes!, bytesWithoutDemo: bytesWithoutDemo! };
}

/** What has no place in a package: files of builds and tests, maps without their sources, comments that lead to no map. */
export function strayFiles({ folder }: Tarball): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const there = (name: string, from = ".") => existsSync(join(folder, dirname(from), name));
  return files.flatMap((name) => {
    if (/\.tsbuildinfo$|\.built$|\.test\.|\.log$/.test(name)) return [`${name} is of a build or a test`];
    if (name.endsWith(".map")) {
      const { sources } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
        readonly sources: readonly string[];
      };
      return sources
        .filter((source) => !there(source, name))
        .map((source) => `${name} leads to ${source}, which is not there`);
    }
    if (!/\.(?:js|ts)$/.test(name)) return [];
    const [, map] =
      /^\/\/# sourceMappingURL=(\S+)\s*$/m.exec(readFileSync(join(folder, name), "utf8").slice(-200)) ?? [];
    return map === undefined || there(map, name) ? [] : [`${name} asks for ${map}, which is not there`];
  });
}

/** Links of its documents that lead to no file of it. */
export function deadLinks({ folder }: Tarball): readonly string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".md"),
  );
  return pages.flatMap((page) =>
    [...readFileSync(join(folder, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, target]) => target!)
      .filter((target) => !existsSync(join(folder, dirname(page), target)))
      .map((target) => `${page} leads to ${target}, which is not there`),
  );
}
