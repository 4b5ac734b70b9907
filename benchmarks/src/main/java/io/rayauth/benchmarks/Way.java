package io.rayauth.benchmarks;

/** Names the ways to one dashboard that are compared. */
enum Way {
  OURS,
  KUBE_RBAC_PROXY,
  DIRECT
}
