package io.rayauth.e2e;

/** Tells how a real Ray checks who is calling. */
enum RayMode {
  /** Everybody may do everything. */
  OPEN,
  /** Every call needs the cluster's token. */
  TOKEN
}
