# A Dockerfile: what must be found
ARG VERSION=3 #? def variable VERSION
FROM --platform=linux/amd64 python:${VERSION} AS build #? def stage build; span 4
ENV PATH=/x \
  OTHER=y
RUN make
FROM debian:stable #? def stage debian:stable
from build as last #? def stage last
