/**
 * What is sent to the API server to deploy a cluster: the RayCluster, the objects that its scheme
 * of authentication needs beside it, and the order in which they come and go.
 */
@NullMarked
package io.rayauth.kubernetes.internal.manifest;

import org.jspecify.annotations.NullMarked;
