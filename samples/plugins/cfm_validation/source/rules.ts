// The rules that phrases alone tell, by article of Resolução CFM 2.336/2023. Messages are in Portuguese, for whom the
// resolution is for. What each is based on is in the README.

import { Rule } from "../../common/as/findings";

/** A rule with the phrases that break it; see common/as/phrases.ts for how they are written. */
export class PhraseRule extends Rule {
  constructor(
    id: string,
    source: string,
    severity: string,
    /** Whether "não" or "sem" before it makes it harmless. */
    readonly negatable: bool,
    message: string,
    suggestion: string,
    readonly phrases: string,
  ) {
    super(id, source, severity, message, suggestion);
  }
}

export function article(place: string): string {
  return "Resolução CFM 2.336/2023, art. " + place;
}

function products(): PhraseRule[] {
  return [
    new PhraseRule(
      "cfm-2336-11-ii", article("11, II"), "error", true,
      "Atribui capacidade privilegiada a um aparelho.",
      "Descreva o aparelho com as indicações aprovadas pela Anvisa, sem adjetivos.",
      "tecnologia de ponta|tecnologia* exclusiva*|tecnologia* inovadora*|tecnologia superior|tecnologia mais avancada|" +
        "tecnologia mais moderna|melhor tecnologia|tecnologia de ultima geracao|mais moderna tecnologia|mais alta tecnologia|" +
        "aparelho* exclusivo*|aparelho mais moderno|aparelho mais avancado|aparelho de ultima geracao|melhor aparelho|unico aparelho|" +
        "equipamento* exclusivo*|equipamento* mais modern*|equipamento* mais avancad*|equipamento* de ultima geracao|" +
        "melhor equipamento|melhores equipamentos|unico equipamento|equipamento superior|" +
        "laser exclusivo|laser mais potente|laser mais moderno|laser mais avancado|laser de ultima geracao|melhor laser|unico laser|" +
        "robo mais moderno|robo mais avancado|unico robo",
    ),
    new PhraseRule(
      "cfm-2336-11-iii", article("11, III"), "error", false,
      "Divulga equipamento ou medicamento sem registro na Anvisa.",
      "Retire o produto até que tenha registro na Anvisa.",
      "sem registro na anvisa|sem registro da anvisa|nao registrado na anvisa|nao registrada na anvisa|aguardando registro na anvisa|" +
        "aguarda registro na anvisa|sem aprovacao da anvisa|ainda nao aprovado pela anvisa|nao aprovado pela anvisa|importado sem registro",
    ),
    new PhraseRule(
      "cfm-2336-11-v", article("11, IV e V"), "error", true,
      "Recomenda ou chancela um produto.",
      "Retire a recomendação do produto.",
      "recomendo ~ suplemento*|recomendo ~ produto*|recomendo ~ creme*|recomendo ~ vitamina*|indico ~ suplemento*|indico ~ creme*|" +
        "aprovado por medicos|aprovada por medicos|recomendado por medicos|recomendada por medicos|selo de qualidade|" +
        "meu suplemento|minha linha de suplementos|minha linha de produtos|minha linha de cosmeticos",
    ),
  ];
}

function techniques(): PhraseRule[] {
  return [
    new PhraseRule(
      "cfm-2336-11-vii", article("11, VII"), "warning", true,
      "O CFM não reconhece esta técnica, ou só dentro de limites.",
      "Confira a resolução do CFM sobre a técnica; ver o README deste plugin.",
      "ozonioterapia|terapia com ozonio|chip da beleza|chip hormonal|implante hormonal|implantes hormonais|modulacao hormonal|" +
        "terapia antienvelhecimento|terapias antienvelhecimento|medicina antienvelhecimento|medicina anti aging|medicina quantica|" +
        "terapia quantica|biorressonancia|ortomolecular|terapia ortomolecular|anabolizante* para fins esteticos|anabolizantes para estetica|" +
        "hormonios para performance|hormonios para ganho de massa",
    ),
    new PhraseRule(
      "cfm-2336-11-viii", article("11, VIII"), "error", true,
      "Expõe consulta ou procedimento em tempo real.",
      "Não transmita consultas nem procedimentos, mesmo com autorização do paciente.",
      "cirurgia ao vivo|cirurgias ao vivo|procedimento ao vivo|procedimentos ao vivo|consulta ao vivo|consultas ao vivo|" +
        "ao vivo ~ cirurgia|ao vivo ~ procedimento|ao vivo do centro cirurgico|live ~ cirurgia|live ~ procedimento|" +
        "cirurgia em tempo real|procedimento em tempo real|transmissao ~ cirurgia",
    ),
    new PhraseRule(
      "cfm-2336-11-ix", article("11, IX"), "error", true,
      "Atribui a si capacidade privilegiada por uma técnica, o que é vedado mesmo a quem é o único a fazê-la.",
      "Diga que realiza a técnica, e para quem é indicada.",
      "tecnica* exclusiva*|metodo* exclusivo*|protocolo* exclusivo*|tratamento* exclusivo*|tecnica* inovadora*|metodo* inovador*|" +
        "tecnica superior|tecnica mais avancada|tecnica mais moderna|melhor tecnica|metodo proprio|unico a realizar|unica a realizar|" +
        "unico que realiza|unica que realiza|unico medico|unica medica|unico especialista|unica especialista|unica clinica|" +
        "unico cirurgiao|unica cirurgia*|unico no brasil|unica no brasil|unico na regiao|unica na regiao|unico da regiao|unica da regiao|" +
        "unico na cidade|unica na cidade|primeiro a realizar|primeira a realizar|pioneiro|pioneira|pioneiros|so aqui voce|somente aqui voce",
    ),
    new PhraseRule(
      "cfm-2336-11-xi", article("11, XI"), "warning", true,
      "Oferece consultoria no lugar da consulta médica.",
      "Ofereça o agendamento de uma consulta, presencial ou por telemedicina nos termos da Resolução CFM 2.314/2022.",
      "consulta pelo whatsapp|consulta por whatsapp|consulta pelo direct|consulta por direct|consultoria online|consultoria medica|" +
        "diagnostico pelo whatsapp|diagnostico por whatsapp|diagnostico pelo direct|receita pelo whatsapp|receita por whatsapp|" +
        "mande ~ exames|mande seu exame|envie ~ exames pelo|avaliacao pelo whatsapp|avaliacao por foto",
    ),
  ];
}

function claims(): PhraseRule[] {
  return [
    new PhraseRule(
      "cfm-2336-11-xii", article("11, XII"), "error", true,
      "Garante, promete ou insinua bom resultado.",
      "Descreva a indicação e o tratamento; diga que o resultado depende de cada caso.",
      "resultado* garantid*|garantia de resultado*|garantia do resultado|garantimos ~ resultado*|garanto ~ resultado*|garante ~ resultado*|" +
        "garanta ~ resultado*|prometemos ~ resultado*|prometo ~ resultado*|resultado* perfeit*|resultado* imediat*|resultado* incrive*|" +
        "resultado* surpreendente*|resultado* impressionante*|resultado* definitiv*|resultado* permanente*|cura garantida|cura definitiva|" +
        "garantia de cura|sucesso garantido|sucesso total|satisfacao garantida|100 de sucesso|100 de satisfacao|100 segur*|100 eficaz*|" +
        "100 indolor|totalmente segur*|totalmente indolor|elimina* de vez|elimine de vez|elimina* para sempre|elimine para sempre|" +
        "acabe de vez|livre se de vez|livre se para sempre|adeus ~ para sempre|nunca mais ~ dor*|vai amar o resultado|" +
        "perca # kg|perca # quilos|perca ate # kg|perca ate # quilos|emagreca # kg|emagreca # quilos|emagreca ate # quilos|" +
        "# anos mais jovem|rejuvenesca # anos|sem nenhum risco|sem risco algum|sem riscos|risco zero|zero risco|procedimento* sem dor|" +
        "cirurgia* sem dor|tratamento* sem dor|o corpo dos seus sonhos|corpo dos sonhos|sorriso dos sonhos|transforme seu corpo|" +
        "recupere sua visao|recupere sua juventude",
    ),
    new PhraseRule(
      "cfm-2336-11-xiii", article("11, XIII"), "error", true,
      "Usa prêmio, concurso, ranking ou título de melhor.",
      "Mostre a formação e o título de especialista com RQE.",
      "melhor* medic*|melhor* cirurgi*|melhor* clinica*|melhor* hospital|melhor* dermatologista*|melhor* cardiologista*|" +
        "melhor* ginecologista*|melhor* ortopedista*|melhor* oftalmologista*|melhor* pediatra*|melhor* psiquiatra*|melhor* especialista*|" +
        "medico do ano|medica do ano|clinica do ano|top of mind|top doctor*|destaque do ano|personalidade do ano|premiado|premiada|" +
        "premiados|premiadas|vencedor ~ premio|vencedora ~ premio|eleito ~ melhor*|eleita ~ melhor*|numero 1 do brasil|" +
        "numero um do brasil|ranking ~ medicos|ranking ~ melhores|selo de excelencia",
    ),
    new PhraseRule(
      "cfm-2336-11-xvi", article("11, XVI"), "warning", true,
      "Promove a própria pessoa ou instituição.",
      "Troque o adjetivo por um fato que se possa conferir.",
      "referencia em|referencia nacional|referencia mundial|referencia no brasil|referencia na regiao|renomado|renomada|renomados|" +
        "medico* mais experiente*|medica* mais experiente*|maior especialista|maiores especialistas|autoridade em|o mais procurado|" +
        "a mais procurada|incomparavel|insuperavel|excelencia em|qualidade incomparavel",
    ),
    new PhraseRule(
      "cfm-2336-11-5", article("11, § 5º"), "error", true,
      "Anuncia prática revolucionária ou milagrosa.",
      "Descreva o que a literatura científica mostra, com a fonte.",
      "milagroso|milagrosa|milagrosos|milagrosas|milagre|milagres|revolucionario|revolucionaria|revolucionarios|revolucionarias|" +
        "formula magica|cura do cancer|cura o cancer|cura do diabetes|cura o diabetes|cura a diabetes|cura do alzheimer|cura do autismo|" +
        "tratamento secreto|descoberta extraordinaria",
    ),
  ];
}

function manners(): PhraseRule[] {
  return [
    new PhraseRule(
      "cfm-2336-11-2-e", article("11, § 2º, e"), "warning", true,
      "Pode causar insegurança, pânico ou medo.",
      "Informe o fato clínico em tom neutro.",
      "antes que seja tarde*|pode ser tarde demais|tarde demais|voce pode morrer|assassino silencioso|assassina silenciosa|" +
        "inimigo silencioso|bomba relogio|voce corre perigo|corre risco de vida|epidemia silenciosa|perigo escondido",
    ),
    new PhraseRule(
      "cfm-2336-11-4-a", article("11, § 4º, a"), "error", true,
      "Insinua descoberta extraordinária que se revela a quem segue adiante.",
      "Dê a informação no próprio texto.",
      "medicos nao contam|medicos nao querem que voce saiba|medicos escondem|industria esconde|ninguem te conta|ninguem conta|" +
        "descubra o segredo|o segredo que|metodo secreto|clique e descubra",
    ),
    new PhraseRule(
      "cfm-2336-11-4-b", article("11, § 4º, b"), "error", true,
      "Refere-se a colegas, especialidades ou técnicas de modo desrespeitoso.",
      "Descreva o próprio trabalho, sem comparar.",
      "diferente dos outros medicos|diferente de outros medicos|diferente das outras clinicas|diferente de outras clinicas|" +
        "ao contrario dos outros medicos|ao contrario de outras clinicas|enquanto outros medicos|enquanto outras clinicas|" +
        "medicos desatualizados|tecnica ultrapassada|tecnicas ultrapassadas|tecnologia ultrapassada|linha de producao de cirurgias",
    ),
    new PhraseRule(
      "cfm-2336-11-4-c", article("11, § 4º, c"), "error", true,
      "Anuncia serviço médico gratuito em consultório privado.",
      "Atender de graça é permitido; anunciá-lo não é.",
      "consulta gratuita|consultas gratuitas|consulta gratis|consultas gratis|consulta de graca|consulta sem custo|primeira consulta gratuita|" +
        "primeira consulta gratis|avaliacao gratuita|avaliacoes gratuitas|avaliacao gratis|avaliacao sem custo|exame gratuito|" +
        "exames gratuitos|exame gratis|exames gratis|atendimento gratuito|atendimento gratis|procedimento gratuito|procedimento gratis",
    ),
    new PhraseRule(
      "cfm-2336-11-x", article("11, X"), "error", true,
      "Oferece serviços por consórcio ou similar.",
      "Informe os meios de pagamento da consulta.",
      "consorcio|consorcios|consorciado|consorciada",
    ),
    new PhraseRule(
      "cfm-2336-9-viii", article("9º, VIII"), "error", true,
      "Liga a promoção a venda casada, prêmio ou sorteio.",
      "Descontos são permitidos; venda casada, prêmios e sorteios não.",
      "sorteio|sorteios|sortear|sorteamos|sortearemos|concorra a|concorra ao|concorra as|concorra aos|brinde|brindes|e ganhe|" +
        "ganhe um|ganhe uma|ganhe o|ganhe a|indique um amigo|indique uma amiga|indique e ganhe|leve 2|leve dois|leve duas|pague 1|" +
        "pague um|pague uma|cashback|venda casada|combo|combos",
    ),
    new PhraseRule(
      "cfm-2336-9-viii-desconto", article("9º, VIII"), "info", true,
      "Anuncia desconto: os preços dos três meses anteriores devem ficar acessíveis para auditoria.",
      "Guarde o histórico de preços da campanha.",
      "desconto|descontos|abatimento|abatimentos|promocao|promocoes|preco promocional|valor promocional|black friday|# off",
    ),
    new PhraseRule(
      "cfm-2336-11-vi", article("11, VI"), "info", true,
      "Urgência: se não for verdade, é propaganda enganosa.",
      "Use só se for fato, e diga-o com sobriedade.",
      "ultimas vagas|vagas limitadas|so hoje|somente hoje|apenas hoje|por tempo limitado|ultimos dias|ultima chance",
    ),
  ];
}

function patients(): PhraseRule[] {
  return [
    new PhraseRule(
      "cfm-2336-8-3", article("8º, § 3º"), "info", true,
      "Traz depoimento: ao repostá-lo, o médico responde por ele, e a repostagem não pode ser reiterada.",
      "Confira tom, frequência e anonimato.",
      "depoimento|depoimentos|relato de paciente|relatos de pacientes|o que dizem ~ pacientes|pacientes dizem|5 estrelas no google|" +
        "cinco estrelas no google|avaliacoes no google",
    ),
    new PhraseRule(
      "cfm-2336-14-ii-g", article("14, II, g"), "warning", true,
      "Depoimento com adjetivo de superioridade ou promessa de resultado.",
      "Use depoimentos sóbrios, sobre o atendimento.",
      "mudou minha vida|mudou a minha vida|salvou minha vida|salvou a minha vida|devolveu minha|devolveu a minha|maos de fada|" +
        "medico maravilhoso|medica maravilhosa|doutor maravilhoso|doutora maravilhosa|resultado maravilhoso|recomendo de olhos fechados|" +
        "medico incrivel|medica incrivel|melhor doutor|melhor doutora",
    ),
  ];
}

export function phraseRules(): PhraseRule[] {
  return products().concat(techniques()).concat(claims()).concat(manners()).concat(patients());
}
