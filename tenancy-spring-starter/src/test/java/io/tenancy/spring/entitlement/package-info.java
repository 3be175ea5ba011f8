/** Annotations on beans. */
package io.tenancy.spring.entitlement;
