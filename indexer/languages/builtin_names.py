"""Names that each language provides: uses of them without a receiver are no references."""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


GO = _names(
    """
    any append bool byte cap complex64 complex128 copy delete error float32 float64 int int8
    int16 int32 int64 len make new panic print println recover rune string uint uint8 uint16
    uint32 uint64 uintptr
    """
)

JAVA = _names("Boolean Class Deprecated Integer Long Object Override String SuppressWarnings var")

RUST = _names(
    """
    Box Err None Ok Option Result Self Some String Vec assert assert_eq assert_ne debug_assert
    debug_assert_eq eprintln format matches panic print println todo unimplemented unreachable
    vec write writeln
    """
)

KOTLIN = _names(
    """
    Any Boolean Byte ByteArray Char CharSequence Double Float Int Long Nothing Short String Unit
    and arrayOf downTo emptyList emptyMap it let listOf mapOf mutableListOf mutableMapOf or
    println setOf shl shr step to until xor
    """
)

SCALA = _names(
    """
    Any AnyRef AnyVal Array Boolean Byte Char Double Either Float Int Left List Long Map None
    Nil Nothing Null Option Right Seq Set Short Some String Unit Vector implicitly println
    require
    """
)

SWIFT = _names(
    """
    Any AnyObject Array Bool Character Codable Dictionary Double Equatable Error Float Hashable
    Int Int32 Int64 MainActor Sendable Set String UInt UInt8 UInt32 UInt64 Void autoclosure
    available discardableResult escaping fatalError inlinable main objc precondition print
    testable unchecked
    """
)

CSHARP = _names(
    """
    Action Boolean Byte Convert DateTime Enum Exception Func Guid IDisposable IEnumerable IList
    Int32 List Math Nullable Object String StringBuilder Task Type nameof
    """
)

PHP = _names(
    """
    array_filter array_key_exists array_keys array_map array_merge array_pop array_shift
    array_values class compact count define explode false implode in_array is_array is_callable
    is_int is_null is_object is_string isset json_decode json_encode null preg_match
    preg_replace sprintf str_replace strlen strpos strtolower strtoupper substr trim true
    """
)

C = _names(
    """
    NULL EXPORT_SYMBOL EXPORT_SYMBOL_GPL likely unlikely defined static_cast dynamic_cast
    reinterpret_cast const_cast true false nullptr
    """
)

RUBY = _names(
    """
    Array BasicObject Comparable Enumerable Float Hash Integer Kernel NilClass Object Proc
    String Symbol abort alias_method attr attr_accessor attr_reader attr_writer autoload binding
    block_given? caller catch class_attribute define_method delegate exit extend fail format
    freeze gets include instance_variable_get instance_variable_set lambda load loop method
    module_function nil p prepend print printf private private_class_method private_constant
    proc protected public public_send putc puts raise rand refine require require_relative
    respond_to? send sleep sprintf system throw trap warn
    """
)

ELIXIR = _names(
    """
    __MODULE__ abs alias and apply binding case cond def defdelegate defexception defguard
    defguardp defimpl defmacro defmacrop defmodule defn defoverridable defp defprotocol
    defstruct div elem exit for hd if import in inspect is_atom is_binary is_bitstring
    is_boolean is_float is_function is_integer is_list is_map is_map_key is_nil is_number is_pid
    is_port is_reference is_struct is_tuple length make_ref map_size max min node not or
    put_elem put_in quote raise receive rem require reraise round self send spawn spawn_link
    super tap then throw tl to_charlist to_string trunc try tuple_size unless unquote
    unquote_splicing update_in use var! with
    """
)

HASKELL = _names(
    """
    Bool Char Double Either Float IO Int Integer Just Left Maybe Nothing Ordering Right String
    True False concatMap const either error filter flip foldl foldr fmap fst id length map mapM
    mapM_ maybe mempty not null otherwise print pure putStrLn return reverse sequence show snd
    uncurry unwords zip
    """
)

LUA = _names(
    """
    _G assert collectgarbage dofile error getfenv getmetatable ipairs load loadfile loadstring
    next pairs pcall print rawequal rawget rawlen rawset require select self setfenv
    setmetatable tonumber tostring type unpack xpcall
    """
)

BASH = _names(
    """
    . : [ alias awk basename bg bind break builtin caller cat cd chmod chown command compgen
    complete continue cp cut date declare dirname disown do done echo egrep else enable env esac
    eval exec exit export expr false fc fg fgrep fi find for getopts grep hash head help history
    if in jobs kill let ln local logout ls mapfile mkdir mktemp mv popd printf pushd pwd read
    readarray readonly return rm rmdir sed select set shift shopt sleep sort source suspend tail
    tee test then time times touch tr trap true type typeset ulimit umask unalias uname uniq
    unset until wait wc while xargs
    """
)
