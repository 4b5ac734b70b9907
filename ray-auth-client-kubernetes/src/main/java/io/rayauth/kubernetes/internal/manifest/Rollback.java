package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.rayauth.error.RayException;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.internal.api.ApiServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Applies the objects of one deployment and, if it fails, takes back what it has made: each by its
 * UID, the RayCluster first, and nothing that a RayCluster which stays stands on. Says what became
 * of every object.
 */
final class Rollback {
  private final Applier applier;
  private final RayClusterRef ref;
  private final Applied cluster;
  private final List<Applied> done = new ArrayList<>();
  private @Nullable Applied underWay;

  private final List<ManifestObject> takenBack = new ArrayList<>();
  private final List<ManifestObject> left = new ArrayList<>();
  private final List<ManifestObject> kept = new ArrayList<>();
  private final List<ManifestObject> changed = new ArrayList<>();
  private final List<ManifestObject> unknown = new ArrayList<>();
  private final List<RayException> troubles = new ArrayList<>();

  /**
   * Begins to remember.
   *
   * @param cluster the RayCluster, which is applied last
   */
  Rollback(Applier applier, RayClusterRef ref, Applied cluster) {
    this.applier = applier;
    this.ref = ref;
    this.cluster = cluster;
  }

  /** Applies an object and remembers it. */
  GenericKubernetesResource apply(Applied planned) {
    underWay = planned;
    GenericKubernetesResource after = applier.apply(planned.sent());
    done.add(new Applied(planned.sent(), planned.before(), after));
    underWay = null;
    return after;
  }

  /** Takes back what was made, also by a thread that was interrupted, and returns what to throw. */
  RuntimeException after(RuntimeException failure) {
    return ApiServer.uninterrupted(() -> {
      settle(failure);
      Collections.reverse(done);
      boolean standsOnIt = willClusterStay();
      for (Applied object : done) {
        if (object.before() != null) {
          if (!object.isUnchanged()) {
            changed.add(object.sent());
          }
        } else if (standsOnIt) {
          kept.add(object.sent());
        } else {
          standsOnIt = !takeBack(object) && object.sent().equals(cluster.sent());
        }
      }
      return said(failure);
    });
  }

  /** Finds out what became of an object whose answer was lost. */
  private void settle(RuntimeException failure) {
    if (underWay == null || !ApiServer.isUnanswered(failure)) {
      return;
    }
    try {
      GenericKubernetesResource now = applier.read(underWay.sent());
      if (now != null) {
        Applied settled = new Applied(underWay.sent(), underWay.before(), now);
        if (settled.before() == null ? Ownership.isOurs(now, ref) : !settled.isUnchanged()) {
          done.add(settled);
        }
      }
    } catch (RayException e) {
      troubles.add(e);
      unknown.add(underWay.sent());
    }
  }

  /**
   * Tells whether there is a RayCluster that will stay and needs what was made: the one that was
   * there and has been changed, or one that somebody else has deployed at the same time.
   */
  private boolean willClusterStay() {
    if (unknown.contains(cluster.sent())) {
      return true;
    }
    boolean applied = done.stream().anyMatch(object -> object.sent().equals(cluster.sent()));
    if (applied || cluster.before() != null) {
      return applied && cluster.before() != null;
    }
    try {
      return applier.read(cluster.sent()) != null;
    } catch (RayException e) {
      troubles.add(e);
      return true;
    }
  }

  /** Returns false if something of that name is there afterwards. */
  private boolean takeBack(Applied object) {
    try {
      if (!applier.delete(object.sent(), object.after())) {
        return false;
      }
      takenBack.add(object.sent());
      return true;
    } catch (RayException e) {
      troubles.add(e);
      left.add(object.sent());
      return false;
    }
  }

  private RuntimeException said(RuntimeException failure) {
    String more =
        said("taken back", takenBack)
            + said("made, and could not be taken back", left)
            + said("made, and kept for RayCluster " + ref, kept)
            + said("changed, and stays so", changed)
            + said("perhaps applied, as its answer was lost", unknown);
    if (more.isEmpty()) {
      return failure;
    }
    RayException explained = ApiServer.adding(failure, more);
    troubles.forEach(explained::addSuppressed);
    return explained;
  }

  private static String said(String what, List<ManifestObject> objects) {
    return objects.isEmpty()
        ? ""
        : "; %s: %s"
            .formatted(
                what, objects.stream().map(Object::toString).collect(Collectors.joining(", ")));
  }
}
