/** An application whose tenants' plans limit how much and how fast. */
package io.tenancy.spring.limits;
