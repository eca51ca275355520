# A makefile: what must be found
CC ?= gcc #? def variable CC
FILES := a.c \
  b.c
export MODE = fast #? def variable MODE
.PHONY: all #! def target .PHONY
all: build $(FILES) #? def target all; span 4
	echo all

	echo done
build test: CC = clang #? def target build; def target test
$(OUT)/%.o: %.c | dir #? def target $(OUT)/%.o
	$(CC) -c $<
define TEXT #? def variable TEXT; span 3
not: a target
endef
include other.mk
