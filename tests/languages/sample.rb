# Ruby: what must be found in it.
require "json" #? import json
require_relative "../lib/store" #? import ../lib/store
autoload :Later, "app/later" #? import app/later

module App::Web #? def module App.Web
  LIMIT = 10 #? def constant App.Web.LIMIT

  # Serves.
  # And more.
  class Server < Base::Handler #? def class App.Web.Server; inherit Base.Handler in App.Web.Server; doc Serves.
    include Comparable, Logging #? inherit Comparable in App.Web.Server; inherit Logging in App.Web.Server
    extend Helpers #? inherit Helpers in App.Web.Server
    attr_accessor :name, :age #? def method App.Web.Server.name; def method App.Web.Server.age
    delegate :size, to: :items #? def method App.Web.Server.size
    validates :name, presence: true #? call validates in App.Web.Server
    scope :recent, -> { where(1) } #? def method App.Web.Server.recent; call scope in App.Web.Server.recent; call where in App.Web.Server.recent

    def initialize(url, size = LIMIT, *rest, key:, **more, &block) #? def method App.Web.Server.initialize; use LIMIT in App.Web.Server.initialize
      @client = Http::Client.new(url) #? bind this.@client alias Http.Client.new() in App.Web.Server.initialize; call Http.Client.new in App.Web.Server.initialize
      @plain = url
      block.call(rest, more, key) #? call ?.call in App.Web.Server.initialize
    end

    def run!(x) #? def method App.Web.Server.run!; span 21
      @client.get(x) #? call @client.get in App.Web.Server.run!
      start #? call start in App.Web.Server.run!
      name.upcase #? call name in App.Web.Server.run!; call name.upcase in App.Web.Server.run!
      self.age = 3 #? call self.age in App.Web.Server.run!
      log x, level #? call log in App.Web.Server.run!; call level in App.Web.Server.run!
      made = Job.new #? bind made alias Job.new in App.Web.Server.run!; call Job.new in App.Web.Server.run!
      made.perform(:now) { |q| q.go } #? call made.perform in App.Web.Server.run!; call ?.go in App.Web.Server.run!
      made&.stop #? call made.stop in App.Web.Server.run!
      App::Tools.build(1).tap do |t| #? call App.Tools.build in App.Web.Server.run!; call App.Tools.build().tap in App.Web.Server.run!
        t
      end
      x.map(&:to_s) #? call ?.map in App.Web.Server.run!
      "#{title(1)} and #{subtitle}" #? call title in App.Web.Server.run!; call subtitle in App.Web.Server.run!
      return retry_later if closed? && !x.nil? #? call retry_later in App.Web.Server.run!; call closed? in App.Web.Server.run!; call ?.nil? in App.Web.Server.run!
      [first_of, { key: second_of }] #? call first_of in App.Web.Server.run!; call second_of in App.Web.Server.run!
      a, b = pair #? call pair in App.Web.Server.run!
      a + b #! call a in App.Web.Server.run!; call b in App.Web.Server.run!
      risky rescue Failure #? call risky in App.Web.Server.run!; use Failure in App.Web.Server.run!
      super #? call super in App.Web.Server.run!
    end

    def self.build = new(1) #? def method App.Web.Server.build; call new in App.Web.Server.build

    class << self
      def open? = true #? def method App.Web.Server.open?
    end

    private def hidden; end #? def method App.Web.Server.hidden
    alias halt stop #? def method App.Web.Server.halt
    alias_method :finish, :stop #? def method App.Web.Server.finish
    define_method(:made) { helper } #? def method App.Web.Server.made; call helper in App.Web.Server.made
    def ==(other) = other.name #? def method App.Web.Server.==; call ?.name in App.Web.Server.==
    def [](key) = key #? def method App.Web.Server.[]
  end

  Point = Struct.new(:x) do #? def class App.Web.Point; call Struct.new in App.Web.Point
    def far; end #? def method App.Web.Point.far
  end
  Failure = Class.new(StandardError) #? def class App.Web.Failure; call Class.new in App.Web.Failure; inherit StandardError in App.Web.Failure
end

def größe(ä) #? def method größe
  App::Web::Server.new(ä).run!(App::Web::LIMIT) #? call App.Web.Server.new in größe; call App.Web.Server.new().run! in größe; use App.Web.LIMIT in größe
end
