package io.rayauth.internal.json;

import org.jspecify.annotations.Nullable;

/**
 * Is what a submission leaves in the metadata of its job to know it by, hidden from callers.
 *
 * @param nonce made up for one submission; empty if whoever submitted the job left none
 * @param fingerprint stands for what was submitted, null if there is none
 */
public record Marks(String nonce, @Nullable String fingerprint) {
  /** With this begin the metadata keys of this library, of this version and later ones. */
  public static final String PREFIX = "rayauth_";

  static final String NONCE = PREFIX + "nonce";
  static final String FINGERPRINT = PREFIX + "fingerprint";
}
