<?php // PHP: what must be found in it
namespace Com\Example\App; //? bind package package Com.Example.App

use Com\Model\Item; //? import Com\Model\Item
use Com\Model\Other as Alias; //? import Com\Model\Other as Alias
use function Com\Util\cut; //? from Com\Util import cut
use Com\Group\{A, B as BB, function ff, Sub\C};
    //? from Com\Group import ff; import Com\Group\A; import Com\Group\B as BB; import Com\Group\Sub\C
require_once __DIR__ . '/lib/x.php'; //? from ./lib/x.php import *

/** Serves. */
#[Component(name: NAME)] //? def class Server; doc Serves.; use Component in Server; use NAME in Server
final class Server extends Base implements Runner, \Model\Closer
    //? inherit Base in Server; inherit Runner in Server; inherit \.Model.Closer in Server
{
    use Loggable, Model\Timed; //? inherit Loggable in Server; inherit Model.Timed in Server

    public const MAX = 10; //? def constant Server.MAX
    private Client $client; //? bind this.client annotation Client in Server; use Client in Server
    public static ?Other $other = null; //? bind this.other annotation ?Other in Server; use Other in Server

    public function __construct(private readonly string $url, protected ?Cache $cache = null, ?Logger $log = null)
        //? def method Server.__construct; bind $cache annotation ?Cache in Server.__construct; bind $log annotation ?Logger in Server.__construct; bind $url annotation string in Server.__construct; bind this.cache annotation ?Cache in Server.__construct; bind this.url annotation string in Server.__construct; use Cache in Server.__construct; use Logger in Server.__construct
    {
        parent::__construct($url); //? call parent.__construct in Server.__construct
        $this->made = new Made(self::MAX);
            //? bind this.made call Made in Server.__construct; call Made in Server.__construct; use self.MAX in Server.__construct
        $this->logger = $log; //? bind this.logger alias $log in Server.__construct
    }

    /** Runs. */
    public function run(Request $request, int ...$counts): ?Result
        //? def method Server.run; doc Runs.; bind $request annotation Request in Server.run; bind return annotation ?Result in Server.run; use Request in Server.run; use Result in Server.run
    {
        $this->client->get($request); //? call $this.client.get in Server.run
        $this->client->open()->read(static::MAX);
            //? call $this.client.open in Server.run; call $this.client.open().read in Server.run; use static.MAX in Server.run
        $item = new Model\Item(1); //? bind $item call Model.Item in Server.run; call Model.Item in Server.run
        $opened = $this->client->open();
            //? bind $opened alias $this.client.open() in Server.run; call $this.client.open in Server.run
        $item?->go()->next(); //? call $item.go in Server.run; call $item.go().next in Server.run
        array_walk($items, function (Item $x) use ($item) { return $x->close(); });
            //? bind $x annotation Item in Server.run; call $x.close in Server.run; call array_walk in Server.run; use Item in Server.run
        array_walk($items, fn(Item $x): int => $x->close());
            //? bind $x annotation Item in Server.run; call $x.close in Server.run; call array_walk in Server.run
        try { risky(); } catch (Failure $e) { $e->print(); }
            //? bind $e annotation Failure in Server.run; call $e.print in Server.run; call risky in Server.run; use Failure in Server.run
        if ($level instanceof Special) { $level->act(Level::High); }
            //? call $level.act in Server.run; use Level.High in Server.run; use Special in Server.run
        self::create()->x(); static::make(); Alias::go(); \Full\Name::f(); \trim($x); ns\func();
            //? call Alias.go in Server.run; call \.Full.Name.f in Server.run; call \.trim in Server.run; call ns.func in Server.run; call self.create in Server.run; call self.create().x in Server.run; call static.make in Server.run
        $kind = Tool::class; //? use Tool in Server.run
        $anon = new class($x) extends Base { public function f() { halt(); } };
            //? def method Server.run.f; inherit Base in Server.run; call halt in Server.run.f
        $o = new static(); (new Tool())->bar(); self::$other->go();
            //? bind $o call static in Server.run; call ?.bar in Server.run; call Tool in Server.run; call self.other.go in Server.run; call static in Server.run
        return "a {$item->x()}"; //? call $item.x in Server.run
    }

    public static function create(): static { return new self(''); }
        //? def method Server.create; bind return annotation static in Server.create; call self in Server.create; use static in Server.create
    abstract protected function abs(Size $s): void;
        //? def method Server.abs; bind $s annotation Size in Server.abs; bind return annotation void in Server.abs; use Size in Server.abs
}

interface Runner extends Closer, Starter { const LIMIT = 3; public function run(); }
    //? def constant Runner.LIMIT; def interface Runner; def method Runner.run; inherit Closer in Runner; inherit Starter in Runner
trait Loggable { protected Logger $logger; abstract function a(); }
    //? def method Loggable.a; def trait Loggable; bind this.logger annotation Logger in Loggable; use Logger in Loggable
enum Level: string implements HasLabel { case Low = 'l'; case High = 'h'; public function label(): string { return 'x'; } }
    //? def constant Level.High; def constant Level.Low; def enum Level; def method Level.label; inherit HasLabel in Level; bind return annotation string in Level.label
function top(Client $client): Client { return $client->get(NAME); }
    //? def function top; bind $client annotation Client in top; bind return annotation Client in top; call $client.get in top; use Client in top; use NAME in top
const NAME = 'x'; //? def constant NAME
define('OLD', 1); //? def constant OLD
$global = new Client(); //? bind $global call Client; call Client
if (!function_exists('foo')) { function foo() {} } //? def function foo; call function_exists
