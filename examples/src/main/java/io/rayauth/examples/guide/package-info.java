/**
 * KubeRay's guide to clusters with authentication, one program for each step.
 *
 * <p>In order: install the operator, deploy the cluster, create the ServiceAccount {@code
 * ray-user}, see that it may nothing, grant it access, see that it may, submit a job, look at its
 * log and status, stop one, do the same as a user of a cloud, and forward the dashboard to a
 * browser. Each says what the guide's own step says. They need a Kubernetes cluster and take the
 * kubeconfig that kubectl takes.
 */
@NullMarked
package io.rayauth.examples.guide;

import org.jspecify.annotations.NullMarked;
