import type { Deployment } from "kubernetes-types/apps/v1";
import type { HorizontalPodAutoscaler } from "kubernetes-types/autoscaling/v2";
import type {
  ConfigMap,
  Namespace,
  PersistentVolumeClaim,
  Service,
} from "kubernetes-types/core/v1";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1";

/** Types of the manifests by API version and kind, as published by Kubernetes. */
export interface Kinds {
  readonly "v1 ConfigMap": ConfigMap;
  readonly "v1 Namespace": Namespace;
  readonly "v1 PersistentVolumeClaim": PersistentVolumeClaim;
  readonly "v1 Service": Service;
  readonly "apps/v1 Deployment": Deployment;
  readonly "autoscaling/v2 HorizontalPodAutoscaler": HorizontalPodAutoscaler;
  readonly "policy/v1 PodDisruptionBudget": PodDisruptionBudget;
}
