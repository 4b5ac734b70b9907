package io.rayauth.kubernetes;

/**
 * Tells that a RayCluster has come, changed or gone.
 *
 * @param type which of the three
 * @param cluster as it is now; of one that is gone, as it last was
 */
public record RayClusterEvent(Type type, RayCluster cluster) {
  /** Names what has happened. */
  public enum Type {
    /** It is there, be it new or known for long when the watch began. */
    ADDED,
    /** Its specification, status or metadata is another. */
    CHANGED,
    /** It is gone. */
    DELETED
  }
}
