# Elixir: what must be found in it.
defmodule App.Server do #? def module App.Server
  use GenServer #? from GenServer import * in App.Server; inherit GenServer in App.Server
  alias App.{Store, Net.Client} #? import App.Store as Store in App.Server; import App.Net.Client as Client in App.Server
  alias App.Queue, as: Q #? import App.Queue as Q in App.Server
  import App.Tools, only: [build: 2] #? from App.Tools import * in App.Server
  require Logger #? import Logger as Logger in App.Server
  @behaviour App.Worker #? inherit App.Worker in App.Server
  @limit 10
  @type t :: %__MODULE__{a: integer} #? def type App.Server.t
  defstruct [:a, b: 1]

  @doc "Starts it." #? def function App.Server.start; doc Starts it.; span 17
  @spec start(integer) :: t
  def start(x \\ 1, %Store{} = store) when is_integer(x) do
    #? bind store annotation Store in App.Server.start; use Store in App.Server.start
    Q.run(x) |> Client.go(1) |> local() |> other #? call Q.run in App.Server.start; call Client.go in App.Server.start; call local in App.Server.start; call other in App.Server.start
    y = Store.open(x) #? call Store.open in App.Server.start
    y.field
    Enum.map([y], &local/1) #? call Enum.map in App.Server.start; call local in App.Server.start
    build x, @limit #? call build in App.Server.start
    fun = fn a -> helper(a) end #? call helper in App.Server.start
    fun.(1)
    case x do
      {:ok, v} -> __MODULE__.start(v) #? call __MODULE__.start in App.Server.start
    end
  end

  def start(_, _), do: nil #! def function App.Server.start#2

  defp local(x), do: x #? def function App.Server.local
  defdelegate go(x), to: Store #? def function App.Server.go; use Store in App.Server.go
  defmacro shout(x) do #? def function App.Server.shout
    quote do: louder(unquote(x)) #? call louder in App.Server.shout
  end
  defguard is_small(x) when x < 1 #? def function App.Server.is_small
  @callback init(term) :: t #? def prototype App.Server.init

  defmodule Inner do #? def module App.Server.Inner
    def run, do: Store.close() #? def function App.Server.Inner.run; call Store.close in App.Server.Inner.run
  end
end

defprotocol App.Size do #? def interface App.Size
  def size(d) #? def method App.Size.size
end

defimpl App.Size, for: BitString do #? def module App.Size.BitString; inherit App.Size in App.Size.BitString
  def size(x), do: byte_size(x) #? def function App.Size.BitString.size; call byte_size in App.Size.BitString.size
end
