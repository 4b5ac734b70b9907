package io.rayauth.docs;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Stands for whatever a program gets its secrets from. */
@FunctionalInterface
interface Vault {
  Optional<Secret> read(String path) throws IOException;

  /** Is what the vault keeps. */
  record Secret(String text, Instant validUntil) {}
}
