package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Reports what happens to RayClusters until it is closed.
 *
 * <p>Heals by itself: after a lost connection, and after the API server has forgotten how far the
 * watch was (410 Gone), the clusters are listed again and what has changed meanwhile is reported;
 * of several changes in a gap only the last is seen. The consumer is called on a thread of the
 * Kubernetes client, one event after another, and must not block for long; what it throws is logged
 * at DEBUG and ignored.
 */
public final class RayClusterWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RayClusterWatch.class.getName());

  private final SharedIndexInformer<GenericKubernetesResource> informer;
  private final Consumer<? super RayClusterEvent> consumer;
  private volatile boolean closed;

  private RayClusterWatch(
      SharedIndexInformer<GenericKubernetesResource> informer,
      Consumer<? super RayClusterEvent> consumer) {
    this.informer = informer;
    this.consumer = consumer;
  }

  /** Begins to watch; returns when what is already there has been listed. */
  static RayClusterWatch start(
      String doing,
      Informable<GenericKubernetesResource> selection,
      Consumer<? super RayClusterEvent> consumer) {
    RayClusterWatch watch = new RayClusterWatch(selection.runnableInformer(0), consumer);
    watch.informer.addEventHandler(watch.handler());
    watch.informer.exceptionHandler((started, failure) -> started && !watch.closed);
    try {
      watch.informer.start().toCompletableFuture().get();
      return watch;
    } catch (InterruptedException e) {
      watch.close();
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while " + doing, e);
    } catch (ExecutionException e) {
      watch.close();
      if (e.getCause() instanceof KubernetesClientException refusal) {
        throw ApiServer.failure(doing, refusal);
      }
      throw new RayKubernetesException(Reason.OTHER, doing + " failed: " + e.getCause(), e);
    }
  }

  private ResourceEventHandler<GenericKubernetesResource> handler() {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(GenericKubernetesResource now) {
        tell(RayClusterEvent.Type.ADDED, now);
      }

      @Override
      public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource now) {
        if (!Objects.equals( // listing again reports what has not changed, too
            before.getMetadata().getResourceVersion(), now.getMetadata().getResourceVersion())) {
          tell(RayClusterEvent.Type.CHANGED, now);
        }
      }

      @Override
      public void onDelete(GenericKubernetesResource last, boolean deletedInAGap) {
        tell(RayClusterEvent.Type.DELETED, last);
      }
    };
  }

  private void tell(RayClusterEvent.Type type, GenericKubernetesResource resource) {
    if (closed) {
      return;
    }
    try {
      consumer.accept(new RayClusterEvent(type, new RayCluster(resource)));
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "the consumer of RayCluster events failed and was ignored", e);
    }
  }

  /**
   * Tells whether events arrive as they happen.
   *
   * @return false while a lost connection is being made again, and after {@link #close()}
   */
  public boolean isConnected() {
    return !closed && informer.isWatching();
  }

  /** Stops; an event that is being reported may still end. Closing again does nothing. */
  @Override
  public void close() {
    closed = true;
    informer.close();
  }
}
