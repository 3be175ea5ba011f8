/** An ordinary Spring Boot application: nothing in it knows of tenants, but for what its tests ask. */
package io.tenancy.spring.app;
