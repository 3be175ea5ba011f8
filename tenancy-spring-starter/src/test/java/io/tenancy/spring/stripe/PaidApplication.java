package io.tenancy.spring.stripe;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** It says nothing about security: everybody must be signed in, and forms need a token. */
@SpringBootApplication
public class PaidApplication {}
